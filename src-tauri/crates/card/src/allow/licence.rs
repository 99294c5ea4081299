//! What may be asked of a driver's licence.
