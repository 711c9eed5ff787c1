//! A session in which every method is called, one step a method; and what is done to a provider while the session plays.

mod busy;
mod container;
mod entry;
mod faults;
mod folder;
mod message;
mod property;
mod stage;
mod store;
mod stream;
mod table;

use super::prelude::*;
pub(super) use stage::Stage;

/// The checks of faults in single methods.
pub(super) const FAULTS: &[&[Check]] = &[
    entry::CHECKS,
    store::CHECKS,
    property::CHECKS,
    container::CHECKS,
    folder::CHECKS,
    message::CHECKS,
    stream::CHECKS,
    table::CHECKS,
];

/// The checks that play the whole session.
pub(super) use busy::CHECKS as BUSY;

/// A call of a method, ready to be made: what it works on is there.
pub(super) type Call = Box<dyn FnOnce() -> Result<()>>;

/// A method and the way to call it.
pub(super) struct Step {
    /// Its name.
    pub(super) name: &'static str,
    /// The support-mask bits that a store must claim for it.
    pub(super) needs: u32,
    /// Makes what the call works on. The call must succeed when MAPI works, on any number of threads.
    pub(super) prepare: fn(&Stage) -> Result<Call>,
}

/// All steps.
pub(super) fn steps() -> impl Iterator<Item = &'static Step> {
    [
        entry::STEPS,
        store::STEPS,
        property::STEPS,
        container::STEPS,
        folder::STEPS,
        message::STEPS,
        stream::STEPS,
        table::STEPS,
    ]
    .into_iter()
    .flatten()
}

/// The steps of a file, and for each of them a check that lets MAPI fail in it.
macro_rules! session {
    ($($name:literal, $page:literal, $needs:expr, $prepare:expr;)*) => {
        pub(super) const STEPS: &[Step] = &[$(
            Step { name: $name, needs: $needs, prepare: $prepare },
        )*];

        pub(super) const CHECKS: &[Check] = &[$(
            Check::new(
                concat!("A17-", $name),
                A(17),
                $name,
                $page,
                "Whichever allocation or support call fails in it: nothing leaks, no pointer is left behind, and the next call works.",
                |context| faults::with_failures(context, $name),
            ),
        )*];
    };
}
use session;
