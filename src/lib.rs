//! The generator behind `cargo mapi`.
