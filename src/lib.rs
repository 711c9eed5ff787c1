//! The generator behind `cargo mapi`.

pub mod spec;
