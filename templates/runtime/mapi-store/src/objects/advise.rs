//! Notifications: who wants to hear of what, and what a change of the store looks like to them.
//!
//! MAPI's own engine delivers (`IMAPISupport::Subscribe`, `Notify`, `Unsubscribe`), on the thread model that each client
//! chose \[supporting-event-notification\]. Keys are the entry ids of store, folders and messages, the same in every
//! process \[notifkey\]; a table has a key of its own, because its rows depend on its columns. Everything here runs after
//! the commit and calls out with no lock held.

mod events;
mod watcher;

use std::collections::HashSet;
use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use mapi_abi as abi;

pub(super) use self::events::Events;
use self::events::key_buffer;
pub use self::watcher::INTERVAL;
use self::watcher::Watcher;
use super::session::{Attendant, Session};
use super::table::{Foreseen, Revision, TableCore};
use crate::com::arguments::require;
use crate::com::fault::{Fault, Outcome};
use crate::com::guard::guard_value;
use crate::com::support::succeed;
use crate::store::{Aspect, Change, Follower, Foresight, ObjectId, ObjectKey, Subscription};

/// How many events go out with one call; MAPI copies them all before it returns.
const EVENTS_PER_CALL: usize = 256;
/// The bits of an event mask that are MAPI's own business.
const RESERVED_EVENTS: u32 = abi::fnevReservedForMapi;

/// The subscriptions of one session, its tables that follow the store, and its ear at the store.
#[derive(Default)]
pub struct Notifier {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connections: Vec<usize>,
    tables: Vec<Weak<TableCore>>,
    subscription: Option<Subscription>,
    watcher: Option<Arc<Watcher>>,
}

impl Notifier {
    /// Starts to pass on what happens in the session's store. Called once, when the session begins.
    pub fn listen(session: &Arc<Session>) {
        let subscription = session
            .store()
            .follow(Arc::new(Ear(Arc::downgrade(session))));
        let watcher = Watcher::new(Arc::downgrade(session));
        {
            let mut state = session.notifier().state();
            state.subscription = Some(subscription);
            state.watcher = Some(Arc::clone(&watcher));
        }
        session.attend(watcher);
        session.attend(Arc::new(Farewell(Arc::downgrade(session))));
    }

    /// Has a table hear of changes as long as it lives.
    pub(super) fn add_table(&self, table: &Arc<TableCore>) {
        let mut state = self.state();
        state.tables.retain(|table| table.strong_count() > 0);
        state.tables.push(Arc::downgrade(table));
    }

    /// Recipients or attachments of an open message changed: whoever shows them is told.
    pub(super) fn message_changed(&self, revision: &Revision) {
        revision.advance();
        for table in self.tables() {
            if table.shows_revision(revision) {
                table.compare(&HashSet::new());
            }
        }
    }

    fn watcher(&self) -> Option<Arc<Watcher>> {
        self.state().watcher.clone()
    }

    fn tables(&self) -> Vec<Arc<TableCore>> {
        self.state()
            .tables
            .iter()
            .filter_map(Weak::upgrade)
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears what happens in a session's store.
struct Ear(Weak<Session>);

/// What the tables of a session showed before a commit. Holds what it looked at: nothing may be dropped before the
/// commit is over, because dropping calls out.
struct Glimpse {
    _session: Arc<Session>,
    tables: Vec<(Arc<TableCore>, Option<Foreseen>)>,
}

impl Follower for Ear {
    fn before(&self, changes: &[Change]) -> Option<Foresight> {
        let session = self.0.upgrade()?;
        let tables = session.notifier().tables();
        let mut glimpse = Glimpse {
            _session: session,
            tables: tables.into_iter().map(|table| (table, None)).collect(),
        };
        guard_value("notification", (), || {
            for (table, foreseen) in &mut glimpse.tables {
                *foreseen = table.foresee(changes);
            }
        });
        Some(Box::new(glimpse))
    }

    fn after(&self, changes: &[Change], foresight: Option<Foresight>) {
        let Some(session) = self.0.upgrade() else {
            return;
        };
        let glimpse = foresight.and_then(|foresight| foresight.downcast::<Glimpse>().ok());
        let foreseen = glimpse.map_or_else(Vec::new, |glimpse| glimpse.tables);
        guard_value("notification", (), || publish(&session, changes, foreseen));
    }
}

/// Ends what is left of a session's subscriptions when its store closes.
struct Farewell(Weak<Session>);

impl Attendant for Farewell {
    fn stop(&self, _reason: abi::SCODE) {
        let Some(session) = self.0.upgrade() else {
            return;
        };
        if session.check_alive().is_ok() {
            // Only synchronizations stop; clients still want to hear what happens.
            return;
        }
        let (connections, subscription) = {
            let mut state = session.notifier().state();
            (
                std::mem::take(&mut state.connections),
                state.subscription.take(),
            )
        };
        drop(subscription);
        for connection in connections {
            end(&session, connection);
        }
        for table in session.notifier().tables() {
            table.end_connections();
        }
    }
}

/// `Advise` of the store and of its logon object: no entry id means the whole store \[imsgstore-advise\].
///
/// # Safety
/// `sink` is NULL or a valid `IMAPIAdviseSink`, `connection` NULL or valid for writing.
pub unsafe fn advise(
    session: &Session,
    entry_id: Vec<u8>,
    event_mask: u32,
    sink: *mut c_void,
    connection: *mut usize,
) -> Outcome {
    require(sink)?;
    require(connection)?;
    let object = if entry_id.is_empty() || entry_id == session.wrapped_entry_id() {
        ObjectId::Store
    } else {
        session.parse_entry_id(&entry_id)?
    };
    // SAFETY: the caller's promise.
    let made = unsafe { subscribe(session, &key_of(session, object), event_mask, sink)? };
    session.notifier().state().connections.push(made);
    // SAFETY: not NULL, and the caller promises room.
    unsafe { connection.write_unaligned(made) };
    Ok(())
}

/// `Unadvise` of the store and of its logon object \[imsgstore-unadvise\].
pub fn unadvise(session: &Session, connection: usize) -> Outcome {
    let known = {
        let mut state = session.notifier().state();
        let index = state
            .connections
            .iter()
            .position(|&known| known == connection);
        index.map(|index| state.connections.swap_remove(index))
    };
    match known {
        Some(connection) => unsubscribe(session, connection),
        None => Err(Fault::new(abi::MAPI_E_NOT_FOUND)),
    }
}

/// Registers a sink with MAPI. MAPI takes its own reference to the sink, and ours is none.
///
/// # Safety
/// `sink` is a valid `IMAPIAdviseSink`.
pub(super) unsafe fn subscribe(
    session: &Session,
    key: &[u8],
    event_mask: u32,
    sink: *mut c_void,
) -> Outcome<usize> {
    session.check_supports(abi::STORE_NOTIFY_OK)?;
    let support = session.support()?;
    let key = key_buffer(key);
    let mut connection = 0;
    // SAFETY: the key is laid out as MAPI wants it, the sink the caller's promise. NOTIFY_SYNC is never asked for: a
    // client's sink would run inside our call.
    succeed(unsafe {
        support.object().Subscribe(
            key.as_ptr().cast(),
            event_mask & !RESERVED_EVENTS,
            0,
            sink,
            &mut connection,
        )
    })?;
    if let Some(watcher) = session.notifier().watcher() {
        watcher.enter();
    }
    Ok(connection)
}

/// Takes a registration back.
pub(super) fn unsubscribe(session: &Session, connection: usize) -> Outcome {
    if let Some(watcher) = session.notifier().watcher() {
        watcher.leave();
    }
    let support = session.support()?;
    // SAFETY: a plain call.
    succeed(unsafe { support.object().Unsubscribe(connection) })
}

/// Takes a registration back that nobody will.
pub(super) fn end(session: &Session, connection: usize) {
    if let Err(fault) = unsubscribe(session, connection) {
        tracing::debug!(%fault, "a subscription could not be ended");
    }
}

/// Sends events to everyone who subscribed to a key.
pub(super) fn notify(session: &Session, key: &[u8], notifications: &[abi::NOTIFICATION]) {
    if notifications.is_empty() || !session.supports(abi::STORE_NOTIFY_OK) {
        return;
    }
    let Ok(support) = session.support() else {
        return;
    };
    let key = key_buffer(key);
    for piece in notifications.chunks(EVENTS_PER_CALL) {
        let mut flags = abi::MAPI_UNICODE;
        let count = piece.len() as u32;
        // SAFETY: the key is laid out as MAPI wants it; the events and what they point to are valid for the call, and
        // MAPI copies them.
        let code = unsafe {
            support
                .object()
                .Notify(key.as_ptr().cast(), count, piece.as_ptr(), &mut flags)
        };
        if code.is_err() {
            let code = format_args!("{:#010X}", code.0);
            tracing::warn!(code, "a notification could not be sent");
        }
        if code.is_err() || flags & abi::NOTIFY_CANCELED != 0 {
            return;
        }
    }
}

/// Tells whoever watches the whole store that mail has come in \[newmail_notification\].
///
/// The messages are committed. One that is gone again is left out.
pub fn announce_new_mail(session: &Session, messages: &[ObjectKey]) {
    let mut events = Events::default();
    for &key in messages {
        let Ok(message) = session.store().message(key) else {
            continue;
        };
        let class = message
            .properties
            .text(abi::PR_MESSAGE_CLASS)
            .unwrap_or("IPM.Note")
            .to_owned();
        let flags = message.properties.long(abi::PR_MESSAGE_FLAGS).unwrap_or(0);
        let parent = session.store().entry_id(ObjectId::Folder(message.folder));
        events.new_mail(
            session.store().entry_id(ObjectId::Message(key)),
            parent,
            &class,
            flags as u32,
        );
    }
    notify(
        session,
        &key_of(session, ObjectId::Store),
        events.as_slice(),
    );
}

/// `IMsgStore::NotifyNewMail`: passes an event on to whoever watches the whole store \[imsgstore-notifynewmail\].
///
/// # Safety
/// `notification` is valid, and so is what it points to. Nothing of it is kept.
pub unsafe fn notify_new_mail(
    session: &Session,
    notification: *const abi::NOTIFICATION,
) -> Outcome {
    require(notification)?;
    // SAFETY: the caller's promise.
    let notification = unsafe { notification.read_unaligned() };
    if notification.ulEventType != abi::fnevNewMail {
        return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
    }
    notify(session, &key_of(session, ObjectId::Store), &[notification]);
    Ok(())
}

/// The notification key of an object: its entry id; the store has one for this purpose alone.
fn key_of(session: &Session, object: ObjectId) -> Vec<u8> {
    session.store().entry_id(object).to_vec()
}

/// Passes committed changes on, whichever process made them: to the watchers of the store, of the objects, and of tables.
fn publish(
    session: &Arc<Session>,
    changes: &[Change],
    mut foreseen: Vec<(Arc<TableCore>, Option<Foreseen>)>,
) {
    let tables = session.notifier().tables();
    for table in &tables {
        // Before anyone is told: whoever is told looks at the table first of all.
        table.follow(changes);
    }
    if session.check_alive().is_err() {
        return;
    }
    // What a search folder shows is news for its tables, not for whoever watches objects.
    let of_objects = || {
        changes
            .iter()
            .filter(|change| change.aspect != Aspect::Links)
    };
    let mut all = Events::default();
    for change in of_objects() {
        all.object(session.store(), change);
    }
    notify(session, &key_of(session, ObjectId::Store), all.as_slice());
    for change in of_objects().filter(|change| events::concerns_object(change.kind)) {
        let mut events = Events::default();
        events.object(session.store(), change);
        notify(session, &key_of(session, change.object), events.as_slice());
    }
    for table in &tables {
        let own = foreseen
            .iter_mut()
            .find(|(known, _)| Arc::ptr_eq(known, table));
        table.announce(changes, own.and_then(|(_, foreseen)| foreseen.take()));
    }
}
