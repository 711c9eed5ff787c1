//! `cargo mapi`: generates MAPI message store providers.
fn main() {}
