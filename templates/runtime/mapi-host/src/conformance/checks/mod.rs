//! The checks, most dangerous first: what crashes Outlook, what keeps a store from opening, what loses or garbles data,
//! what makes lists blank or endless, and the rest.

mod attachments;
mod bodies;
mod categories;
mod columns;
mod computed;
mod copying;
mod cursor;
mod declarations;
mod deleting;
mod details;
mod exports;
mod faults;
mod folders;
mod identity;
mod interfaces;
mod lifetime;
mod loading;
mod logon;
mod memory;
mod messages;
mod names;
mod notifications;
mod opening;
mod outlook;
mod particulars;
mod play;
mod processes;
mod read_flags;
mod read_only;
mod reading;
mod receive;
mod recipients;
mod registration;
mod restrictions;
mod rows;
mod saving;
mod search_folders;
mod service;
mod sorting;
mod status;
mod stream_modes;
mod streams;
mod submission;
mod support_mask;
mod sync;
mod table_events;
mod table_kinds;
mod threads;
mod transfer;
mod trouble;
mod two_processes;
mod writing;

use crate::conformance::Check;

/// What all checks are written with.
mod prelude {
    pub(super) use crate::conformance::Contract::{Assertion as A, Section as S};
    pub(super) use crate::conformance::context::{
        BRIEFLY, SOON, needs, not_applicable, work_folder,
    };
    pub(super) use crate::conformance::expect::{
        code, done, equal, fail, fails, holds, refused, some,
    };
    pub(super) use crate::conformance::{
        Check, Context, Observation, Open, Stop, Subject, Verdict,
    };
    pub(super) use crate::host::*;
    pub(super) use mapi_abi::*;
    pub(super) use windows_core::{GUID, IUnknown, Interface};
}

/// All checks in the order in which they run.
pub(crate) fn all() -> Vec<&'static Check> {
    let groups: &[&'static [Check]] = &[
        exports::CHECKS,
        declarations::CHECKS,
        loading::CHECKS,
        memory::CHECKS,
        interfaces::CHECKS,
        lifetime::CHECKS,
        processes::CHECKS,
        faults::CHECKS,
        play::BUSY,
        threads::CHECKS,
        trouble::CHECKS,
        two_processes::CHECKS,
        logon::CHECKS,
        opening::CHECKS,
        identity::CHECKS,
        service::CHECKS,
        status::CHECKS,
        reading::CHECKS,
        writing::CHECKS,
        particulars::CHECKS,
        streams::CHECKS,
        stream_modes::CHECKS,
        saving::CHECKS,
        computed::CHECKS,
        bodies::CHECKS,
        support_mask::CHECKS,
        read_only::CHECKS,
        names::CHECKS,
        copying::CHECKS,
        transfer::CHECKS,
        transfer::BETWEEN_STORES,
        deleting::CHECKS,
        rows::CHECKS,
        cursor::CHECKS,
        columns::CHECKS,
        sorting::CHECKS,
        categories::CHECKS,
        restrictions::CHECKS,
        table_kinds::CHECKS,
        folders::CHECKS,
        details::CHECKS,
        outlook::CHECKS,
        search_folders::CHECKS,
        messages::CHECKS,
        read_flags::CHECKS,
        receive::CHECKS,
        recipients::CHECKS,
        attachments::CHECKS,
        submission::CHECKS,
        notifications::CHECKS,
        table_events::CHECKS,
        sync::CHECKS,
        registration::CHECKS,
    ];
    let groups = groups.iter().chain(play::FAULTS);
    groups.flat_map(|group| group.iter()).collect()
}
