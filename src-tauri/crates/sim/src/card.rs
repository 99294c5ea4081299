//! A virtual My Number card on a virtual PC/SC reader.
