//! The generator, end to end.

mod dump;
mod hostile;
mod carried;
mod specs;
mod templates;
