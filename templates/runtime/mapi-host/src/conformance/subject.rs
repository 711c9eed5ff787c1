//! The provider under test, and what has to be known about it.

use crate::conformance::Registration;
use crate::host::{Prop, Provider, ServiceDescription};
use mapi_abi::*;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// What every store that can be written to must claim.
pub const SECONDARY_STORE: u32 = STORE_MODIFY_OK
    | STORE_CREATE_OK
    | STORE_ATTACH_OK
    | STORE_NOTIFY_OK
    | STORE_RESTRICTION_OK
    | STORE_SORT_OK
    | STORE_UNICODE_OK;

/// What a store must claim to be a user's default store [default-message-stores].
pub const DEFAULT_STORE: u32 =
    SECONDARY_STORE | STORE_ENTRYID_UNIQUE | STORE_SEARCH_OK | STORE_SUBMIT_OK | STORE_MV_PROPS_OK;

type Configure = Arc<dyn Fn(&Path) -> Vec<Prop> + Send + Sync>;
type Deliver = Arc<dyn Fn(&Path) + Send + Sync>;
type CutOff = Arc<dyn Fn(&Path, bool) + Send + Sync>;
type Panicking = Arc<dyn Fn() + Send + Sync>;

/// Where the entry points come from.
#[derive(Clone)]
enum Source {
    Linked(Provider),
    /// Loaded when the first check asks, so that nothing of it runs in a process that only reports.
    Library(PathBuf, Arc<OnceLock<Result<Provider, String>>>),
}

/// The provider under test: its entry points, and how it is configured.
///
/// Clones are the same subject.
#[derive(Clone)]
pub struct Subject {
    name: String,
    source: Source,
    library: Option<PathBuf>,
    registration: Option<Registration>,
    description: ServiceDescription,
    configure: Configure,
    deliver: Option<Deliver>,
    cut_off: Option<CutOff>,
    panicking: Option<Panicking>,
    requires: u32,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("name", &self.name)
            .field("requires", &self.requires)
            .finish_non_exhaustive()
    }
}

impl Subject {
    /// A provider that needs no configuration and must be a [`SECONDARY_STORE`].
    pub fn new(name: impl Into<String>, provider: Provider) -> Self {
        Self::from_source(name, Source::Linked(provider))
    }

    /// As [`new`](Self::new), with a library that is loaded where checks run, and nowhere else: see
    /// [`Suite::in_processes`](crate::conformance::Suite::in_processes).
    pub fn from_library(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self::from_source(name, Source::Library(path.clone(), Arc::default())).library(path)
    }

    fn from_source(name: impl Into<String>, source: Source) -> Self {
        Self {
            name: name.into(),
            source,
            library: None,
            registration: None,
            description: ServiceDescription::default(),
            configure: Arc::new(|_| Vec::new()),
            deliver: None,
            cut_off: None,
            panicking: None,
            requires: SECONDARY_STORE,
        }
    }

    /// What mapisvc.inf says about the service and its provider; it is in each profile from the start.
    pub fn described(mut self, description: ServiceDescription) -> Self {
        self.description = description;
        self
    }

    /// The library that users get, to look at what it exports, if the entry points come from elsewhere.
    pub fn library(mut self, path: impl Into<PathBuf>) -> Self {
        self.library = Some(path.into());
        self
    }

    /// The files that make the provider known to MAPI.
    pub fn registered(mut self, registration: Registration) -> Self {
        self.registration = Some(registration);
        self
    }

    /// The properties that `ServiceEntry` gets for a store in an empty directory: that directory is new for each check,
    /// and all that the store writes to disk must stay in it.
    pub fn configured(
        mut self,
        configure: impl Fn(&Path) -> Vec<Prop> + Send + Sync + 'static,
    ) -> Self {
        self.configure = Arc::new(configure);
        self
    }

    /// How a new message comes to the other side of a store that synchronizes; gets the directory of the store. The next
    /// synchronization must find it and put it into the receive folder.
    pub fn delivered(mut self, deliver: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        self.deliver = Some(Arc::new(deliver));
        self
    }

    /// How what the store cannot open without goes out of reach (`true`) and comes back (`false`); gets the directory of
    /// the store. No store is open at that time.
    pub fn cut_off(mut self, cut_off: impl Fn(&Path, bool) + Send + Sync + 'static) -> Self {
        self.cut_off = Some(Arc::new(cut_off));
        self
    }

    /// How the provider is made to panic (or to throw an exception) in the next method that this thread calls.
    pub fn panicking(mut self, panicking: impl Fn() + Send + Sync + 'static) -> Self {
        self.panicking = Some(Arc::new(panicking));
        self
    }

    /// The support-mask bits that the store must claim. A check about one of the others is not applicable to a store
    /// that lacks it; without one of these the store fails.
    pub fn requires(mut self, mask: u32) -> Self {
        self.requires = mask;
        self
    }

    /// What reports call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The entry points; why there are none.
    pub(crate) fn provider(&self) -> Result<Provider, String> {
        match &self.source {
            Source::Linked(provider) => Ok(*provider),
            Source::Library(path, loaded) => loaded
                .get_or_init(|| {
                    Provider::load(path).map_err(|error| format!("{}: {error}", path.display()))
                })
                .clone(),
        }
    }

    pub(crate) fn library_path(&self) -> Option<&Path> {
        self.library.as_deref()
    }

    pub(crate) fn registration(&self) -> Option<&Registration> {
        self.registration.as_ref()
    }

    pub(crate) fn description(&self) -> &ServiceDescription {
        &self.description
    }

    pub(crate) fn settings(&self, directory: &Path) -> Vec<Prop> {
        (self.configure)(directory)
    }

    /// Delivers a message to the other side; false if nobody said how.
    pub(crate) fn deliver(&self, directory: &Path) -> bool {
        if let Some(deliver) = &self.deliver {
            deliver(directory);
        }
        self.deliver.is_some()
    }

    /// Cuts off what the store needs, or brings it back; false if nobody said how.
    pub(crate) fn set_cut_off(&self, directory: &Path, away: bool) -> bool {
        if let Some(cut_off) = &self.cut_off {
            cut_off(directory, away);
        }
        self.cut_off.is_some()
    }

    /// Makes the next method on this thread panic; false if nobody said how.
    pub(crate) fn panic_next(&self) -> bool {
        if let Some(panicking) = &self.panicking {
            panicking();
        }
        self.panicking.is_some()
    }

    pub(crate) fn required_mask(&self) -> u32 {
        self.requires
    }
}

/// The names of the bits of a support mask.
pub(crate) fn mask_names(mask: u32) -> String {
    const NAMES: &[(u32, &str)] = &[
        (STORE_ENTRYID_UNIQUE, "STORE_ENTRYID_UNIQUE"),
        (STORE_READONLY, "STORE_READONLY"),
        (STORE_SEARCH_OK, "STORE_SEARCH_OK"),
        (STORE_MODIFY_OK, "STORE_MODIFY_OK"),
        (STORE_CREATE_OK, "STORE_CREATE_OK"),
        (STORE_ATTACH_OK, "STORE_ATTACH_OK"),
        (STORE_OLE_OK, "STORE_OLE_OK"),
        (STORE_SUBMIT_OK, "STORE_SUBMIT_OK"),
        (STORE_NOTIFY_OK, "STORE_NOTIFY_OK"),
        (STORE_MV_PROPS_OK, "STORE_MV_PROPS_OK"),
        (STORE_CATEGORIZE_OK, "STORE_CATEGORIZE_OK"),
        (STORE_RTF_OK, "STORE_RTF_OK"),
        (STORE_RESTRICTION_OK, "STORE_RESTRICTION_OK"),
        (STORE_SORT_OK, "STORE_SORT_OK"),
        (STORE_HTML_OK, "STORE_HTML_OK"),
        (STORE_UNICODE_OK, "STORE_UNICODE_OK"),
    ];
    let names: Vec<String> = (0..32)
        .map(|bit| 1_u32 << bit)
        .filter(|bit| mask & bit != 0)
        .map(|bit| {
            let known = NAMES.iter().find(|(value, _)| *value == bit);
            known.map_or_else(|| format!("{bit:#X}"), |(_, name)| (*name).into())
        })
        .collect();
    names.join(" and ")
}
