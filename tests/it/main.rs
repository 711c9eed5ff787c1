//! The generator, end to end.

mod carried;
mod cli;
mod generated;
mod hostile;
mod snapshots;
mod spec;
mod specs;
mod templates;
