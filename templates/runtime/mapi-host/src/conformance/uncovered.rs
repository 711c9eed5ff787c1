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

const SYMBOLS: &str = "needs the DLL file and its raw symbols; tested where the DLL is built";
const TYPES: &str = "is about the declarations, not the provider; tested in mapi-abi";
const FILES: &str = "is about the registration files; tested beside them";
const PROCESS: &str = "needs a second process";

/// The assertions without a check of their own.
pub const UNCOVERED: &[Uncovered] = &[
    uncovered(
        1,
        "MSProviderInit and ServiceEntry are exported undecorated",
        SYMBOLS,
    ),
    uncovered(2, "calling conventions of both on i686", SYMBOLS),
    uncovered(5, "sizes and offsets of all structures", TYPES),
    uncovered(
        6,
        "slot counts of all vtables, and slot n calls method n",
        TYPES,
    ),
    uncovered(
        108,
        "notification keys are the same in two processes",
        PROCESS,
    ),
    uncovered(112, "merging into mapisvc.inf twice is merging once", FILES),
    uncovered(113, "the entries in mapisvc.inf", FILES),
    uncovered(
        115,
        "the identifier that registers the store for indexing",
        FILES,
    ),
];

const fn uncovered(assertion: u8, about: &'static str, reason: &'static str) -> Uncovered {
    Uncovered {
        assertion,
        about,
        reason,
    }
}
