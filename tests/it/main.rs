//! The generator, end to end.

mod hostile;
mod specs;
