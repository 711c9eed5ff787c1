//! IMAPITable over any [`RowSource`]: hierarchy, contents, associated contents, attachments, recipients, receive folders.
//!
//! Every call works on the rows as they are at that moment; there is nothing asynchronous to wait for. One table may be
//! used by several threads and has one cursor for all of them.

mod changes;
mod picture;
mod rows;
mod view;

use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mapi_abi as abi;
use mapi_abi::{IMAPITable, IMAPITable_Impl};
use windows_core::{HRESULT, implement};

pub(super) use self::changes::Foreseen;
use self::changes::Told;
use self::picture::Picture;
pub use self::view::Revision;
use self::view::{Reached, View};
use super::advise;
use super::constants::session_properties;
use super::property_object::tag_array;
use super::session::Session;
use crate::com::arguments::{bytes, clear, put, require, tags};
use crate::com::fault::{Fault, LastError, Outcome};
use crate::com::guard::{guard, guard_object, guard_value};
use crate::com::memory::Chain;
use crate::com::strings::Width;
use crate::com::values::listed_tag;
use crate::com::{mapi_error, restriction, sort};
use crate::store::{ObjectKey, PropTag, RowSource};

/// What a table shows, which says what changes it.
#[derive(Clone, Debug)]
pub enum Subject {
    /// The messages of a folder.
    Contents {
        /// The folder.
        folder: ObjectKey,
        /// Its associated messages instead of the others.
        associated: bool,
    },
    /// The subfolders of a folder.
    Hierarchy {
        /// The folder.
        folder: ObjectKey,
        /// The subfolders of those too.
        deep: bool,
    },
    /// The recipients of an open message, whose revision this is.
    Recipients(Revision),
    /// The attachments of an open message, whose revision this is.
    Attachments(Revision),
    /// The receive folders as they were when the table was opened.
    ReceiveFolders,
    /// The messages that wait for the spooler.
    OutgoingQueue,
}

/// A table without its COM face: what notifications keep hold of, weakly.
pub(crate) struct TableCore {
    session: Arc<Session>,
    subject: Subject,
    revision: Revision,
    /// The table's own notification key.
    key: [u8; 16],
    view: Mutex<View>,
    connections: Mutex<Vec<usize>>,
    /// What the sinks know of rows.
    told: Mutex<Told>,
    /// What the sinks have been told of all rows, where that is kept.
    picture: Mutex<Option<Picture>>,
    last_error: LastError,
}

/// The COM object.
#[implement(IMAPITable, Agile = false)]
struct Table {
    core: Arc<TableCore>,
}

/// Opens the table of a folder's messages, or of its associated ones \[imapicontainer-getcontentstable\]. `width` is that
/// of the strings in the default columns, here and below.
pub fn contents(
    session: &Arc<Session>,
    folder: ObjectKey,
    associated: bool,
    width: Width,
) -> Outcome<IMAPITable> {
    let constants = Arc::new(session_properties(session));
    let source = session
        .store()
        .contents_view(folder, associated, constants)?;
    open(
        session,
        Subject::Contents { folder, associated },
        source,
        width,
    )
}

/// Opens the table of a folder's subfolders, or of all its descendants \[imapicontainer-gethierarchytable\].
pub fn hierarchy(
    session: &Arc<Session>,
    folder: ObjectKey,
    deep: bool,
    width: Width,
) -> Outcome<IMAPITable> {
    let constants = Arc::new(session_properties(session));
    let source = session.store().hierarchy_view(folder, deep, constants)?;
    open(session, Subject::Hierarchy { folder, deep }, source, width)
}

/// Opens the table of receive folders \[imsgstore-getreceivefoldertable\].
pub fn receive_folders(session: &Arc<Session>, width: Width) -> Outcome<IMAPITable> {
    let constants = Arc::new(session_properties(session));
    let source = session.store().receive_folder_view(constants)?;
    open(session, Subject::ReceiveFolders, Box::new(source), width)
}

/// Opens the table of the messages that wait for the spooler, oldest first \[outgoing-queue-tables\].
pub fn outgoing_queue(session: &Arc<Session>) -> Outcome<IMAPITable> {
    let constants = Arc::new(session_properties(session));
    let source = session.store().outgoing_view(constants);
    open(session, Subject::OutgoingQueue, source, Width::Wide)
}

/// Opens a table over rows in their natural order.
pub(super) fn open(
    session: &Arc<Session>,
    subject: Subject,
    source: Box<dyn RowSource>,
    width: Width,
) -> Outcome<IMAPITable> {
    let columns = source
        .default_columns()
        .into_iter()
        .map(|tag| listed_tag(tag, width).0)
        .collect();
    let revision = match &subject {
        Subject::Recipients(revision) | Subject::Attachments(revision) => revision.clone(),
        _ => Revision::default(),
    };
    let core = Arc::new(TableCore {
        session: session.clone(),
        view: Mutex::new(View::new(source, columns, revision.clone())?),
        subject,
        revision,
        key: ObjectKey::random().0,
        connections: Mutex::default(),
        told: Mutex::default(),
        picture: Mutex::default(),
        last_error: LastError::default(),
    });
    session.notifier().add_table(&core);
    Ok(Table { core }.into())
}

impl TableCore {
    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connections(&self) -> MutexGuard<'_, Vec<usize>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn picture(&self) -> MutexGuard<'_, Option<Picture>> {
        self.picture.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a change of how the table is arranged, after which sinks hear of other rows.
    fn rearrange(&self, change: impl FnOnce(&mut View) -> Outcome) -> Outcome {
        change(&mut self.view())?;
        self.take_picture();
        Ok(())
    }

    /// Ends the registrations that nobody has ended.
    pub(super) fn end_connections(&self) {
        for connection in std::mem::take(&mut *self.connections()) {
            advise::end(&self.session, connection);
        }
    }

    /// Fails when a row for each value is wanted and the store does not claim multi-valued properties
    /// \[working-with-multivalued-columns\].
    fn check_expansion(&self, mut tags: impl Iterator<Item = u32>) -> Outcome {
        let claimed = self.session.supports(abi::STORE_MV_PROPS_OK);
        if !claimed && tags.any(|tag| PropTag(tag).is_instance()) {
            return Err(Fault::new(abi::MAPI_E_TOO_COMPLEX));
        }
        Ok(())
    }

    /// Fails when the rows cannot be grouped: only messages can, and only if the store claims it.
    fn check_categories(&self) -> Outcome {
        let claimed = self.session.supports(abi::STORE_CATEGORIZE_OK);
        if claimed && matches!(self.subject, Subject::Contents { .. }) {
            Ok(())
        } else {
            Err(Fault::new(abi::MAPI_E_TOO_COMPLEX))
        }
    }

    /// Runs the body of a method on a table whose store is still open.
    fn run<T: crate::com::guard::Completion>(
        &self,
        call: &'static str,
        body: impl FnOnce(&Self) -> Outcome<T>,
    ) -> HRESULT {
        guard_object(call, &self.last_error, || {
            self.session.check_alive()?;
            body(self)
        })
    }
}

impl Drop for TableCore {
    fn drop(&mut self) {
        guard_value("IMAPITable::Release", (), || self.end_connections());
    }
}

/// The answer of a call that started at a bookmark.
fn answer_reached<T>(reached: &Reached<T>) -> HRESULT {
    if reached.moved {
        abi::MAPI_W_POSITION_CHANGED
    } else {
        abi::S_OK
    }
}

impl IMAPITable_Impl for Table_Impl {
    unsafe fn GetLastError(
        &self,
        hresult: HRESULT,
        flags: u32,
        error: *mut *mut abi::MAPIERROR,
    ) -> HRESULT {
        let core = &self.core;
        guard("IMAPITable::GetLastError", || {
            let memory = core.session.memory();
            let component = core.session.definition().display_name;
            // SAFETY: what COM demands of the caller.
            unsafe {
                mapi_error::last_error(memory, component, &core.last_error, hresult, flags, error)
            }
        })
    }

    unsafe fn Advise(&self, event_mask: u32, sink: *mut c_void, connection: *mut usize) -> HRESULT {
        self.core.run("IMAPITable::Advise", |core| {
            require(sink)?;
            require(connection)?;
            // SAFETY: not NULL, so COM demands that it is a sink.
            let made = unsafe { advise::subscribe(&core.session, &core.key, event_mask, sink)? };
            core.connections().push(made);
            core.take_picture();
            // SAFETY: not NULL, so COM demands room.
            unsafe { put(connection, made) };
            Ok(())
        })
    }

    unsafe fn Unadvise(&self, connection: usize) -> HRESULT {
        self.core.run("IMAPITable::Unadvise", |core| {
            let known = {
                let mut connections = core.connections();
                let index = connections.iter().position(|&known| known == connection);
                index.map(|index| connections.swap_remove(index))
            };
            advise::unsubscribe(
                &core.session,
                known.ok_or(Fault::new(abi::MAPI_E_NOT_FOUND))?,
            )
        })
    }

    unsafe fn GetStatus(&self, status: *mut u32, table_type: *mut u32) -> HRESULT {
        self.core.run("IMAPITable::GetStatus", |core| {
            let kind = match core.subject {
                Subject::ReceiveFolders => abi::TBLTYPE_SNAPSHOT,
                _ => abi::TBLTYPE_DYNAMIC,
            };
            // SAFETY: what COM demands of the caller.
            unsafe {
                put(status, abi::TBLSTAT_COMPLETE);
                put(table_type, kind);
            }
            Ok(())
        })
    }

    unsafe fn SetColumns(&self, columns: *const abi::SPropTagArray, _flags: u32) -> HRESULT {
        self.core.run("IMAPITable::SetColumns", |core| {
            // SAFETY: what COM demands of the caller.
            let columns =
                unsafe { tags(columns)? }.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
            core.check_expansion(columns.iter().copied())?;
            core.rearrange(|view| view.set_columns(&columns))
        })
    }

    unsafe fn QueryColumns(&self, flags: u32, out: *mut *mut abi::SPropTagArray) -> HRESULT {
        self.core.run("IMAPITable::QueryColumns", |core| {
            // SAFETY: what COM demands of the caller.
            unsafe { clear(out) };
            require(out)?;
            let columns: Vec<u32> = if flags & abi::TBL_ALL_COLUMNS != 0 {
                core.view()
                    .all_columns()?
                    .into_iter()
                    .map(|tag| tag.0)
                    .collect()
            } else {
                core.view().columns().to_vec()
            };
            let columns = tag_array(core.session.memory(), &columns)?;
            // SAFETY: not NULL, so COM demands room.
            unsafe { put(out, columns.into_raw()) };
            Ok(())
        })
    }

    unsafe fn GetRowCount(&self, _flags: u32, count: *mut u32) -> HRESULT {
        self.core.run("IMAPITable::GetRowCount", |core| {
            require(count)?;
            let rows = core.view().count()?;
            // SAFETY: not NULL, so COM demands room.
            unsafe { put(count, u32::try_from(rows).unwrap_or(u32::MAX)) };
            Ok(())
        })
    }

    unsafe fn SeekRow(
        &self,
        origin: abi::BOOKMARK,
        row_count: i32,
        rows_sought: *mut i32,
    ) -> HRESULT {
        self.core.run("IMAPITable::SeekRow", |core| {
            let reached = core.view().seek(origin, i64::from(row_count))?;
            // SAFETY: what COM demands of the caller. No further than asked for, so it fits.
            unsafe { put(rows_sought, reached.value as i32) };
            Ok(answer_reached(&reached))
        })
    }

    unsafe fn SeekRowApprox(&self, numerator: u32, denominator: u32) -> HRESULT {
        self.core.run("IMAPITable::SeekRowApprox", |core| {
            core.view().seek_fraction(numerator, denominator)
        })
    }

    unsafe fn QueryPosition(
        &self,
        row: *mut u32,
        numerator: *mut u32,
        denominator: *mut u32,
    ) -> HRESULT {
        self.core.run("IMAPITable::QueryPosition", |core| {
            let (position, count) = core.view().position()?;
            let wire = |number: usize| u32::try_from(number).unwrap_or(u32::MAX - 1);
            // SAFETY: what COM demands of the caller. An empty table has a denominator too: callers divide by it.
            unsafe {
                put(row, wire(position));
                put(numerator, wire(position));
                put(denominator, wire(count.max(1)));
            }
            Ok(())
        })
    }

    unsafe fn FindRow(
        &self,
        condition: *const abi::SRestriction,
        origin: abi::BOOKMARK,
        flags: u32,
    ) -> HRESULT {
        self.core.run("IMAPITable::FindRow", |core| {
            require(condition)?;
            // SAFETY: not NULL, so COM demands that it is a restriction.
            let (condition, limit) = unsafe { restriction::read_limited(condition)? };
            if limit == Some(0) {
                return Err(Fault::new(abi::MAPI_E_NOT_FOUND));
            }
            let reached = core
                .view()
                .find(&condition, origin, flags & abi::DIR_BACKWARD != 0)?;
            Ok(answer_reached(&reached))
        })
    }

    unsafe fn Restrict(&self, condition: *const abi::SRestriction, _flags: u32) -> HRESULT {
        self.core.run("IMAPITable::Restrict", |core| {
            // The receive folder table must be restrictable whatever the store claims [receive-folder-tables].
            if !condition.is_null() && !matches!(core.subject, Subject::ReceiveFolders) {
                core.session.check_supports(abi::STORE_RESTRICTION_OK)?;
            }
            // SAFETY: NULL was ruled out, so COM demands that it is a restriction.
            let (condition, limit) = if condition.is_null() {
                (None, None)
            } else {
                let (condition, limit) = unsafe { restriction::read_limited(condition)? };
                (Some(condition), limit)
            };
            core.rearrange(|view| view.restrict(condition, limit))
        })
    }

    unsafe fn CreateBookmark(&self, position: *mut abi::BOOKMARK) -> HRESULT {
        self.core.run("IMAPITable::CreateBookmark", |core| {
            require(position)?;
            if matches!(core.subject, Subject::Attachments(_)) {
                return Err(Fault::new(abi::MAPI_E_NO_SUPPORT));
            }
            let bookmark = core.view().create_bookmark()?;
            // SAFETY: not NULL, so COM demands room.
            unsafe { put(position, bookmark) };
            Ok(())
        })
    }

    unsafe fn FreeBookmark(&self, position: abi::BOOKMARK) -> HRESULT {
        self.core.run("IMAPITable::FreeBookmark", |core| {
            core.view().free_bookmark(position)
        })
    }

    unsafe fn SortTable(&self, criteria: *const abi::SSortOrderSet, _flags: u32) -> HRESULT {
        self.core.run("IMAPITable::SortTable", |core| {
            // SAFETY: what COM demands of the caller.
            let order = unsafe { sort::read(criteria)? };
            if !order.as_given.is_empty() {
                core.session.check_supports(abi::STORE_SORT_OK)?;
            }
            if !order.categories.is_empty() {
                core.check_categories()?;
            }
            core.check_expansion(order.as_given.iter().map(|order| order.ulPropTag))?;
            core.rearrange(|view| view.sort(order))
        })
    }

    unsafe fn QuerySortOrder(&self, out: *mut *mut abi::SSortOrderSet) -> HRESULT {
        self.core.run("IMAPITable::QuerySortOrder", |core| {
            // SAFETY: what COM demands of the caller.
            unsafe { clear(out) };
            require(out)?;
            let order = core.view().order();
            let set = sort::write(core.session.memory(), &order.as_given, order.counts)?;
            // SAFETY: not NULL, so COM demands room.
            unsafe { put(out, set.into_raw()) };
            Ok(())
        })
    }

    unsafe fn QueryRows(&self, row_count: i32, flags: u32, out: *mut *mut abi::SRowSet) -> HRESULT {
        self.core.run("IMAPITable::QueryRows", |core| {
            // SAFETY: what COM demands of the caller.
            unsafe { clear(out) };
            require(out)?;
            if row_count == 0 {
                return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
            }
            let (rows, columns, before, after) = {
                let mut view = core.view();
                let before = view.checkpoint();
                let rows = view.query(i64::from(row_count), flags & abi::TBL_NOADVANCE != 0)?;
                (rows, view.columns().to_vec(), before, view.checkpoint())
            };
            // The allocator is the caller's: it is called without the lock.
            match rows::row_set(core.session.memory(), &columns, rows) {
                Ok(set) => {
                    // SAFETY: not NULL, so COM demands room.
                    unsafe { put(out, set) };
                    Ok(())
                }
                Err(fault) => {
                    core.view().restore(before, after);
                    Err(fault)
                }
            }
        })
    }

    unsafe fn Abort(&self) -> HRESULT {
        self.core.run("IMAPITable::Abort", |_| Ok(()))
    }

    unsafe fn ExpandRow(
        &self,
        instance_key_size: u32,
        instance_key: *const u8,
        row_count: u32,
        _flags: u32,
        rows: *mut *mut abi::SRowSet,
        more_rows: *mut u32,
    ) -> HRESULT {
        self.core.run("IMAPITable::ExpandRow", |core| {
            // SAFETY: what COM demands of the caller.
            let heading = unsafe {
                clear(rows);
                put(more_rows, 0);
                bytes(instance_key, instance_key_size)?
            };
            if row_count > 0 {
                require(rows)?;
            }
            let (expanded, columns) = {
                let mut view = core.view();
                let expanded = view.expand(&heading, row_count as usize)?;
                (expanded, view.columns().to_vec())
            };
            core.take_picture();
            // SAFETY: what COM demands of the caller.
            unsafe { put(more_rows, u32::try_from(expanded.count).unwrap_or(u32::MAX)) };
            if row_count > 0 {
                // The category stays expanded if the rows cannot be handed out: QueryRows has them.
                let set = rows::row_set(core.session.memory(), &columns, expanded.rows)?;
                // SAFETY: not NULL, so COM demands room.
                unsafe { put(rows, set) };
            }
            Ok(())
        })
    }

    unsafe fn CollapseRow(
        &self,
        instance_key_size: u32,
        instance_key: *const u8,
        _flags: u32,
        row_count: *mut u32,
    ) -> HRESULT {
        self.core.run("IMAPITable::CollapseRow", |core| {
            // SAFETY: what COM demands of the caller.
            let heading = unsafe {
                put(row_count, 0);
                bytes(instance_key, instance_key_size)?
            };
            let count = core.view().collapse(&heading)?;
            core.take_picture();
            // SAFETY: what COM demands of the caller.
            unsafe { put(row_count, u32::try_from(count).unwrap_or(u32::MAX)) };
            Ok(())
        })
    }

    unsafe fn WaitForCompletion(
        &self,
        _flags: u32,
        _timeout: u32,
        table_status: *mut u32,
    ) -> HRESULT {
        self.core.run("IMAPITable::WaitForCompletion", |_| {
            // SAFETY: what COM demands of the caller.
            unsafe { put(table_status, abi::TBLSTAT_COMPLETE) };
            Ok(())
        })
    }

    unsafe fn GetCollapseState(
        &self,
        _flags: u32,
        instance_key_size: u32,
        instance_key: *const u8,
        collapse_state_size: *mut u32,
        collapse_state: *mut *mut u8,
    ) -> HRESULT {
        self.core.run("IMAPITable::GetCollapseState", |core| {
            // SAFETY: what COM demands of the caller.
            let row = unsafe {
                put(collapse_state_size, 0);
                clear(collapse_state);
                bytes(instance_key, instance_key_size)?
            };
            require(collapse_state_size)?;
            require(collapse_state)?;
            let state = core.view().collapse_state(&row)?;
            let chain = Chain::new(core.session.memory(), state.len())?;
            // SAFETY: the head was allocated for as many bytes; the pointers are not NULL, so COM demands room.
            unsafe {
                chain
                    .head::<u8>()
                    .copy_from_nonoverlapping(state.as_ptr(), state.len());
                put(collapse_state_size, state.len() as u32);
                put(collapse_state, chain.into_raw());
            }
            Ok(())
        })
    }

    unsafe fn SetCollapseState(
        &self,
        _flags: u32,
        collapse_state_size: u32,
        collapse_state: *const u8,
        location: *mut abi::BOOKMARK,
    ) -> HRESULT {
        self.core.run("IMAPITable::SetCollapseState", |core| {
            // SAFETY: what COM demands of the caller.
            let state = unsafe {
                put(location, abi::BOOKMARK_BEGINNING);
                bytes(collapse_state, collapse_state_size)?
            };
            require(location)?;
            let bookmark = core.view().set_collapse_state(&state)?;
            core.take_picture();
            // SAFETY: not NULL, so COM demands room.
            unsafe { put(location, bookmark) };
            Ok(())
        })
    }
}
