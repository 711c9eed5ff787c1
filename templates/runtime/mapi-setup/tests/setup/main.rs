//! The setup program in place: a registry in memory, and directories that stand for the machine's.

mod bench;
mod life;
mod refusals;
