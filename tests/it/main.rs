//! The generator, end to end.
