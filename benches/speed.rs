//! The benchmark is not written yet: it prints nothing and measures nothing.
fn main() {}
