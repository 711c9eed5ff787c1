//! The record of what a provider asked of MAPI, and the places where a test makes MAPI misbehave.

use crate::host::*;
use mapi_abi::*;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use std::time::Instant;
use windows_core::HRESULT;

macro_rules! methods {
    ($($(#[$meta:meta])* $name:ident = $slot:literal,)*) => {
        /// A method of `IMAPISupport`; the discriminant is its place in the vtable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the names are those of the methods")]
        pub enum Method {
            $($name = $slot,)*
        }

        impl Method {
            /// All methods in vtable order.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

methods! {
    GetLastError = 3,
    GetMemAllocRoutines = 4,
    Subscribe = 5,
    Unsubscribe = 6,
    Notify = 7,
    ModifyStatusRow = 8,
    OpenProfileSection = 9,
    RegisterPreprocessor = 10,
    NewUID = 11,
    MakeInvalid = 12,
    SpoolerYield = 13,
    SpoolerNotify = 14,
    CreateOneOff = 15,
    SetProviderUID = 16,
    CompareEntryIDs = 17,
    OpenTemplateID = 18,
    OpenEntry = 19,
    GetOneOffTable = 20,
    Address = 21,
    Details = 22,
    NewEntry = 23,
    DoConfigPropsheet = 24,
    CopyMessages = 25,
    CopyFolder = 26,
    DoCopyTo = 27,
    DoCopyProps = 28,
    DoProgressDialog = 29,
    ReadReceipt = 30,
    PrepareSubmit = 31,
    ExpandRecips = 32,
    UpdatePAB = 33,
    DoSentMail = 34,
    OpenAddressBook = 35,
    Preprocess = 36,
    CompleteMsg = 37,
    StoreLogoffTransports = 38,
    StatusRecips = 39,
    WrapStoreEntryID = 40,
    ModifyProfile = 41,
    IStorageFromStream = 42,
    GetSvcConfigSupportObj = 43,
}

/// What a call carried, as far as tests want to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Arguments {
    /// Nothing of interest.
    None,
    /// The flags alone.
    Flags(u32),
    /// `Subscribe`.
    Subscribe {
        /// The bytes of the key.
        key: Vec<u8>,
        /// The events.
        mask: u32,
        /// The flags.
        flags: u32,
    },
    /// `Unsubscribe`.
    Unsubscribe {
        /// The connection.
        connection: usize,
    },
    /// `Notify`.
    Notify {
        /// The bytes of the key.
        key: Vec<u8>,
        /// The events.
        events: Vec<Event>,
        /// The flags.
        flags: u32,
    },
    /// `ModifyStatusRow`.
    StatusRow {
        /// The columns.
        values: Props,
        /// The flags.
        flags: u32,
    },
    /// `OpenProfileSection`; no identifier means the provider's own section.
    ProfileSection {
        /// The section.
        uid: Option<MAPIUID>,
        /// The flags.
        flags: u32,
    },
    /// `SetProviderUID`.
    ProviderUid {
        /// The identifier.
        uid: MAPIUID,
        /// The flags.
        flags: u32,
    },
    /// A method that gets an entry id.
    EntryId {
        /// The entry id.
        entry_id: Vec<u8>,
        /// The flags.
        flags: u32,
    },
}

/// A call that a provider made on its support object.
#[derive(Clone)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Its arguments.
    pub arguments: Arguments,
    /// When it came.
    pub at: Instant,
    /// The thread that it came on.
    pub thread: ThreadId,
    /// Whether it came on the support object of a configuration instead of a store's.
    pub configuration: bool,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.method)?;
        match &self.arguments {
            Arguments::None => Ok(()),
            arguments => write!(f, " {arguments:?}"),
        }
    }
}

/// Something that a test does in the middle of a call of the provider.
pub type Hook = Arc<dyn Fn(&Call) + Send + Sync>;

#[derive(Default)]
pub(crate) struct Journal {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    calls: Vec<Call>,
    count: u64,
    hook: Option<Hook>,
    fail_at: Option<(u64, HRESULT)>,
    failing: BTreeMap<Method, HRESULT>,
    violations: Vec<String>,
}

impl Journal {
    /// Records a call, runs the hook without any lock held, and tells whether the call shall fail.
    pub(crate) fn enter(
        &self,
        method: Method,
        arguments: Arguments,
        configuration: bool,
    ) -> Option<HRESULT> {
        let call = Call {
            method,
            arguments,
            at: Instant::now(),
            thread: std::thread::current().id(),
            configuration,
        };
        let mut inner = lock(&self.inner);
        inner.calls.push(call.clone());
        inner.count += 1;
        let chosen = inner
            .fail_at
            .filter(|(at, _)| *at == inner.count)
            .map(|(_, code)| code);
        let failure = chosen.or_else(|| inner.failing.get(&method).copied());
        let hook = inner.hook.clone();
        drop(inner);
        if let Some(hook) = hook {
            hook(&call);
        }
        failure
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        lock(&self.inner).calls.clone()
    }

    pub(crate) fn clear(&self) {
        lock(&self.inner).calls.clear();
    }

    pub(crate) fn count(&self) -> u64 {
        lock(&self.inner).count
    }

    pub(crate) fn set_hook(&self, hook: Option<Hook>) {
        lock(&self.inner).hook = hook;
    }

    pub(crate) fn fail_call(&self, n: u64, code: HRESULT) {
        let mut inner = lock(&self.inner);
        inner.fail_at = Some((inner.count + n, code));
    }

    pub(crate) fn fail_method(&self, method: Method, code: HRESULT) {
        lock(&self.inner).failing.insert(method, code);
    }

    pub(crate) fn stop_failing(&self) -> bool {
        let mut inner = lock(&self.inner);
        inner.failing.clear();
        let pending = inner.fail_at.take();
        pending.is_some_and(|(at, _)| at <= inner.count)
    }

    pub(crate) fn violation(&self, text: String) {
        lock(&self.inner).violations.push(text);
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        lock(&self.inner).violations.clone()
    }
}

/// Counts the objects that a host has handed to a provider and not got back.
#[derive(Default)]
pub(crate) struct Live {
    counts: Mutex<BTreeMap<&'static str, usize>>,
}

impl Live {
    /// Counts an object for as long as the token lives.
    pub(crate) fn count(self: &Arc<Self>, kind: &'static str) -> LiveToken {
        *lock(&self.counts).entry(kind).or_default() += 1;
        LiveToken {
            live: self.clone(),
            kind,
        }
    }

    /// The kinds of which there are objects, with their number.
    pub(crate) fn objects(&self) -> Vec<(&'static str, usize)> {
        let counts = lock(&self.counts);
        counts
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(kind, count)| (*kind, *count))
            .collect()
    }
}

/// Held by an object that [`Live`] counts.
pub(crate) struct LiveToken {
    live: Arc<Live>,
    kind: &'static str,
}

impl Drop for LiveToken {
    fn drop(&mut self) {
        if let Some(count) = lock(&self.live.counts).get_mut(self.kind) {
            *count -= 1;
        }
    }
}
