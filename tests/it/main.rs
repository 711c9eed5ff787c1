//! The generator, end to end.

mod carried;
mod cli;
mod generated;
mod hostile;
mod image;
mod inspect;
mod installer;
mod package;
mod packaging;
mod readme;
mod snapshots;
mod spec;
mod specs;
mod templates;
mod toolchains;
mod workflow;
