//! A virtual receipt printer that draws what it would print.
