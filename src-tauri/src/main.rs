//! Bootstraps; see the README.

fn main() {}
