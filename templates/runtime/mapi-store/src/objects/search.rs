//! The criteria of search folders, and the work that they make \[mapi-search-folders\].

use std::sync::Arc;
use std::time::Duration;

use mapi_abi as abi;

use super::session::{Attendant, Session};
use crate::com::fault::{Fault, Outcome};
use crate::com::memory::Chain;
use crate::com::strings::Width;
use crate::com::{arguments, module, restriction};
use crate::store::{
    Folder, FolderKind, ObjectId, ObjectKey, SearchChange, SearchCommand, SearchState, SearchWorker,
};

/// How long the end of a store waits for the piece of a search that is under way.
const PATIENCE: Duration = Duration::from_secs(5);

/// Flags that contradict each other \[imapicontainer-setsearchcriteria\].
const CONTRADICTIONS: [u32; 3] = [
    abi::STOP_SEARCH | abi::RESTART_SEARCH,
    abi::RECURSIVE_SEARCH | abi::SHALLOW_SEARCH,
    abi::FOREGROUND_SEARCH | abi::BACKGROUND_SEARCH,
];

/// Has the searches of a session's store done in the background, as long as it is open.
pub fn attend(session: &Arc<Session>) {
    if session.supports(abi::STORE_SEARCH_OK) {
        session.attend(Arc::new(Searching(SearchWorker::start(session.store()))));
    }
}

struct Searching(SearchWorker);

impl Attendant for Searching {
    fn stop(&self, reason: abi::SCODE) {
        if reason == abi::MAPI_E_USER_CANCEL {
            // One client leaves; what the others search goes on.
            return;
        }
        if !self.0.stop(PATIENCE) {
            // Its code must stay where it is as long as the thread runs, even if MAPI unloads the DLL.
            module::pin();
            tracing::warn!("a search did not stop in time");
        }
    }
}

/// Fails where a folder has no criteria by its kind.
pub fn check_folder(session: &Session, folder: &Folder) -> Outcome {
    session.check_supports(abi::STORE_SEARCH_OK)?;
    if folder.kind == FolderKind::Search {
        Ok(())
    } else {
        Err(Fault::because(
            abi::MAPI_E_NO_SUPPORT,
            "The folder is not a search folder.",
        ))
    }
}

/// \[imapicontainer-setsearchcriteria\]
///
/// # Safety
/// `conditions` is NULL or a valid restriction, `containers` NULL or a valid list; both stay as they are for the call.
pub unsafe fn set_criteria(
    session: &Session,
    folder: ObjectKey,
    conditions: *const abi::SRestriction,
    containers: *const abi::ENTRYLIST,
    flags: u32,
) -> Outcome {
    if CONTRADICTIONS.iter().any(|pair| flags & pair == *pair) {
        return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
    }
    // SAFETY: the caller's promise, here and below.
    let (restriction, containers) = unsafe {
        let restriction = match conditions.is_null() {
            true => None,
            false => Some(restriction::read(conditions)?),
        };
        (restriction, arguments::entry_list(containers)?)
    };
    let folders = containers
        .map(|entries| {
            entries
                .iter()
                .map(|entry| match session.parse_entry_id(entry)? {
                    ObjectId::Folder(key) => Ok(key),
                    _ => Err(Fault::new(abi::MAPI_E_INVALID_ENTRYID)),
                })
                .collect::<Outcome<Vec<_>>>()
        })
        .transpose()?;
    let either = |yes: u32, no: u32| match flags & (yes | no) {
        0 => None,
        set => Some(set == yes),
    };
    let change = SearchChange {
        restriction,
        folders,
        recursive: either(abi::RECURSIVE_SEARCH, abi::SHALLOW_SEARCH),
        foreground: either(abi::FOREGROUND_SEARCH, abi::BACKGROUND_SEARCH),
        command: if flags & abi::STOP_SEARCH != 0 {
            SearchCommand::Stop
        } else if flags & abi::RESTART_SEARCH != 0 {
            SearchCommand::Restart
        } else {
            SearchCommand::Start
        },
    };
    Ok(session.store().set_search(folder, &change)?)
}

/// \[imapicontainer-getsearchcriteria\]
///
/// # Safety
/// Each of the out pointers is NULL or valid for writing.
pub unsafe fn criteria(
    session: &Session,
    folder: ObjectKey,
    flags: u32,
    conditions: *mut *mut abi::SRestriction,
    containers: *mut *mut abi::ENTRYLIST,
    state: *mut u32,
) -> Outcome {
    let search = session
        .store()
        .search(folder)?
        .ok_or(Fault::new(abi::MAPI_E_NOT_INITIALIZED))?;
    let memory = session.memory();
    // Both before either is handed over: a failure leaves the caller nothing.
    let restriction = match conditions.is_null() {
        true => None,
        false => Some(restriction::write(
            &search.restriction,
            memory,
            Width::of_flags(flags),
        )?),
    };
    let list = match containers.is_null() {
        true => None,
        false => Some(entry_list(session, &search.folders)?),
    };
    let running = match search.state {
        SearchState::Stopped => 0,
        SearchState::Building => abi::SEARCH_RUNNING | abi::SEARCH_REBUILD,
        SearchState::Live => abi::SEARCH_RUNNING,
    };
    let bit = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(chain) = restriction {
            arguments::put(conditions, chain.into_raw());
        }
        if let Some(chain) = list {
            arguments::put(containers, chain.into_raw());
        }
        arguments::put(
            state,
            running
                | bit(search.recursive, abi::SEARCH_RECURSIVE)
                | bit(search.foreground, abi::SEARCH_FOREGROUND),
        );
    }
    Ok(())
}

/// An entry list of folders, whose memory is the chain.
fn entry_list(session: &Session, folders: &[ObjectKey]) -> Outcome<Chain> {
    let chain = Chain::new(session.memory(), size_of::<abi::ENTRYLIST>())?;
    let mut entries = Vec::with_capacity(folders.len());
    for folder in folders {
        let entry_id = session.store().entry_id(ObjectId::Folder(*folder));
        entries.push(abi::SBinary {
            cb: entry_id.len() as u32,
            lpb: chain.copy(&entry_id)?,
        });
    }
    let list = abi::ENTRYLIST {
        cValues: entries.len() as u32,
        lpbin: chain.copy(&entries)?,
    };
    // SAFETY: the head was made for one.
    unsafe { chain.head::<abi::ENTRYLIST>().write_unaligned(list) };
    Ok(chain)
}
