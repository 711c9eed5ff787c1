//! What the suite does not look at yet, and why.

/// An assertion of the contract without a check.
#[derive(Clone, Copy, Debug)]
pub struct Uncovered {
    /// Its number.
    pub assertion: u8,
    /// What it says, in short.
    pub about: &'static str,
    /// Why there is no check, and where it is looked at instead.
    pub reason: &'static str,
}

const PROCESS: &str = "needs a second process";

/// The assertions without a check of their own.
pub const UNCOVERED: &[Uncovered] = &[uncovered(
    108,
    "notification keys are the same in two processes",
    PROCESS,
)];

const fn uncovered(assertion: u8, about: &'static str, reason: &'static str) -> Uncovered {
    Uncovered {
        assertion,
        about,
        reason,
    }
}
