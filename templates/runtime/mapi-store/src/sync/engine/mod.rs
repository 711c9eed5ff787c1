//! The engine: brings the store and the remote into step.
//!
//! Both sides are compared with what they were when they were last in step. The order of a run:
//!
//! 1. remote folder changes come in, then local ones go out;
//! 2. the messages of every folder are listed; each page is written down together with its cursor;
//! 3. what was listed is worked off: moves first, then contents in batches, deletions last;
//! 4. local message changes go out, and last of all deletions of folders on either side.
//!
//! Every step is committed before the next one begins, so a run that ends anywhere, by an error, by a user or by a power
//! failure, is continued by the next one. Objects that fail are reported and tried again next time; the rest goes on.
//! Programs that have the same store open take turns. Clients need not: where one deletes what is being worked on, the run
//! begins again.
//!
//! # When both sides changed
//!
//! | remote | local | result |
//! | --- | --- | --- |
//! | changed | edited | the remote's contents; the local edit stays as a copy, marked `(conflict)` |
//! | changed | deleted | the message comes back |
//! | changed | moved, or read | both |
//! | deleted | edited, or moved | the local message is uploaded again |
//! | deleted | moved to Deleted Items | deleted |
//! | moved | edited | both |
//! | moved | moved | the remote's folder |
//! | moved | deleted | the message comes back |
//! | read state changed | read state changed | the local one |
//!
//! The same goes for folders: places and names follow the remote; a folder that was deleted on one side and has news on
//! the other comes back.

mod apply;
mod contents;
mod folders;
mod listing;
mod remove;
mod turn;
mod upload_edits;
mod upload_folders;
mod upload_messages;

use std::{
    collections::HashMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use mapi_abi::PR_ATTR_HIDDEN;

use super::progress::Meter;
use super::report::Stop;
use super::runner::panic_text;
use super::{
    CancelToken, Clock, Jitter, ProblemKind, Remote, RemoteError, RemoteId, RetryPolicy,
    SyncContext, SyncObserver, SyncOutcome, SyncProblem, SyncRequest, SyncResult, SyncStatistics,
    Synchronize, SystemClock,
};
use crate::definition::{FolderRole, SyncDefinition};
use crate::store::{FolderKind, ObjectKey, Store, StoreError};

/// How long the end of a run waits for listeners to hear of what it did.
const SETTLE: Duration = Duration::from_secs(5);

/// How often a run begins in all, when clients get in its way each time.
const MOST_ROUNDS: u32 = 8;

/// Keeps one store in step with one remote.
pub struct Engine {
    store: Store,
    remote: Box<dyn Remote>,
    /// Directions that the provider offers.
    offered: SyncRequest,
    batch_size: u32,
    retry: RetryPolicy,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
}

impl Engine {
    /// An engine that does what the provider's definition says.
    #[must_use]
    pub fn new(store: Store, remote: Box<dyn Remote>, definition: &SyncDefinition) -> Self {
        Self {
            store,
            remote,
            offered: SyncRequest {
                upload_hierarchy: definition.upload_hierarchy,
                download_hierarchy: definition.download_hierarchy,
                upload_contents: definition.upload_contents,
                download_contents: definition.download_contents,
                headers_only: false,
                on_demand: false,
            },
            batch_size: definition.batch_size.max(1),
            retry: definition.retry.into(),
            clock: Arc::new(SystemClock::default()),
            jitter: Jitter::default(),
        }
    }

    /// The same engine with another clock and with foreseeable jitter: for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>, jitter: Jitter) -> Self {
        self.clock = clock;
        self.jitter = jitter;
        self
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Synchronizes. A request without any direction asks for everything; directions that the provider does not offer
    /// are left out.
    pub fn run(
        &self,
        request: SyncRequest,
        observer: &Arc<dyn SyncObserver>,
        cancel: &CancelToken,
    ) -> SyncOutcome {
        let meter = Arc::new(Meter::new(observer.clone(), self.clock.clone()));
        let reports = meter.clone();
        let context = SyncContext::new(cancel.clone(), move |text, done, total| {
            reports.remark(text, done, total)
        });
        let mut run = Run {
            engine: self,
            store: &self.store,
            request: self.offered(request),
            context,
            meter,
            observer,
            problems: 0,
            statistics: SyncStatistics::default(),
            local_only: HashMap::new(),
        };
        let result = run.turn().and_then(|_turn| run.despite_clients());
        let result = match result {
            Ok(()) if run.problems == 0 => SyncResult::Complete,
            Ok(()) => SyncResult::Partial,
            Err(stop) => {
                tracing::warn!(?stop, "the synchronization ended early");
                if stop.result() != SyncResult::Cancelled {
                    run.report(stop.problem());
                }
                stop.result()
            }
        };
        if !self.store.settle(SETTLE) {
            tracing::warn!("listeners of the store are slow to hear of the synchronization");
        }
        run.meter.finish();
        tracing::info!(?result, problems = run.problems, statistics = ?run.statistics, "synchronized");
        SyncOutcome {
            result,
            problems: run.problems,
            statistics: run.statistics,
        }
    }

    fn offered(&self, request: SyncRequest) -> SyncRequest {
        let wanted = if request.has_direction() {
            request
        } else {
            SyncRequest::EVERYTHING.union(request)
        };
        SyncRequest {
            upload_hierarchy: wanted.upload_hierarchy && self.offered.upload_hierarchy,
            download_hierarchy: wanted.download_hierarchy && self.offered.download_hierarchy,
            upload_contents: wanted.upload_contents && self.offered.upload_contents,
            download_contents: wanted.download_contents && self.offered.download_contents,
            headers_only: request.headers_only,
            on_demand: request.on_demand,
        }
    }
}

impl Synchronize for Engine {
    fn synchronize(
        &self,
        request: SyncRequest,
        observer: &Arc<dyn SyncObserver>,
        cancel: &CancelToken,
    ) -> SyncOutcome {
        self.run(request, observer, cancel)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.store.path();
        formatter
            .debug_struct("Engine")
            .field("store", &path)
            .field("offered", &self.offered)
            .finish_non_exhaustive()
    }
}

/// One run of the engine.
struct Run<'a> {
    engine: &'a Engine,
    store: &'a Store,
    request: SyncRequest,
    context: SyncContext,
    meter: Arc<Meter>,
    observer: &'a Arc<dyn SyncObserver>,
    problems: u32,
    statistics: SyncStatistics,
    /// Which folders the remote never hears of.
    local_only: HashMap<ObjectKey, bool>,
}

impl Run<'_> {
    /// Everything, and once more where a client deleted or changed what was in work: what is done by then is committed, and
    /// what is left is decided anew.
    fn despite_clients(&mut self) -> Result<(), Stop> {
        for _ in 1..MOST_ROUNDS {
            match self.everything() {
                Err(Stop::Store(
                    error @ (StoreError::NotFound | StoreError::Deleted | StoreError::Changed),
                )) => tracing::debug!(%error, "a client was faster; beginning again"),
                result => return result,
            }
            self.local_only.clear();
        }
        self.everything()
    }

    fn everything(&mut self) -> Result<(), Stop> {
        self.meter.phase(0..50, "Looking for new folders");
        self.check()?;
        let request = self.request;
        if request.download_hierarchy || (request.download_contents && self.never_listed()?) {
            self.download_folders()?;
        }
        let mut deletions = Vec::new();
        if request.upload_hierarchy {
            if self.upload_folders()? {
                // Ids changed, perhaps those of folders below too: the remote says which.
                self.download_folders()?;
            }
            deletions = self.decide_deletions()?;
        }
        if request.upload_contents || request.download_contents {
            // Even where only a download was asked for: it would take what these made for somebody else's.
            self.finish_creations()?;
        }
        if request.download_contents {
            self.download_contents()?;
        }
        if request.upload_contents {
            self.upload_messages(&deletions)?;
        }
        self.upload_deletions(&deletions)?;
        if request.download_hierarchy && self.remove_gone_folders()? && request.upload_hierarchy {
            // What the remote deleted but the store needs is made again, with what is in it.
            self.upload_folders()?;
            if request.upload_contents {
                self.upload_messages(&[])?;
            }
        }
        Ok(())
    }

    /// Whether local edits can meet remote ones: then versions matter.
    fn is_two_way(&self) -> bool {
        self.engine.offered.download_contents
    }

    fn batch_size(&self) -> u32 {
        self.engine.batch_size
    }

    fn check(&self) -> Result<(), Stop> {
        self.context.check().map_err(Stop::Remote)
    }

    /// Calls the remote, as often as the retry policy says. A panic is an error like any other.
    fn call<T>(
        &self,
        work: impl Fn(&dyn Remote, &SyncContext) -> Result<T, RemoteError>,
    ) -> Result<T, RemoteError> {
        let engine = self.engine;
        engine.retry.run(
            &*engine.clock,
            &engine.jitter,
            self.context.cancel_token(),
            || {
                let call = AssertUnwindSafe(|| work(&*engine.remote, &self.context));
                catch_unwind(call).unwrap_or_else(|panic| {
                    let text = panic_text(&*panic);
                    tracing::error!(panic = text, "the remote panicked");
                    Err(RemoteError::other(format!(
                        "The provider failed unexpectedly: {text}"
                    )))
                })
            },
        )
    }

    /// Reports an error that concerns one object; one that concerns everything ends the run.
    fn survive<T>(
        &mut self,
        result: Result<T, RemoteError>,
        about: &str,
    ) -> Result<Option<T>, Stop> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind().ends_synchronization() => Err(Stop::Remote(error)),
            Err(error) => {
                tracing::warn!(?error, about, "the remote failed");
                let text = if about.is_empty() {
                    error.to_string()
                } else {
                    format!("{about}: {error}")
                };
                self.report(SyncProblem {
                    kind: ProblemKind::Remote(error.kind()),
                    text,
                });
                Ok(None)
            }
        }
    }

    /// The same for errors of the store.
    fn survive_store<T>(
        &mut self,
        result: Result<T, StoreError>,
        about: &str,
    ) -> Result<Option<T>, Stop> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if is_fatal(&error) => Err(Stop::Store(error)),
            Err(error) => {
                tracing::warn!(?error, about, "the store failed");
                self.report(SyncProblem {
                    kind: ProblemKind::Store,
                    text: format!("{about}: {error}."),
                });
                Ok(None)
            }
        }
    }

    /// Reports an answer of the remote that makes no sense.
    fn nonsense(&mut self, about: &str, answer: &str) {
        let text = format!("{about}: the provider answered `{answer}`, which makes no sense here.");
        self.report(SyncProblem {
            kind: ProblemKind::Remote(super::RemoteErrorKind::Other),
            text,
        });
    }

    fn report(&mut self, problem: SyncProblem) {
        self.problems += 1;
        self.observer.problem(&problem);
    }

    /// Whether the remote never hears of a folder: it lies outside the IPM subtree, is hidden, or is for something that
    /// only this computer is concerned with.
    fn is_local_only(&mut self, folder: ObjectKey) -> Result<bool, StoreError> {
        if let Some(known) = self.local_only.get(&folder) {
            return Ok(*known);
        }
        let loaded = self.store.folder(folder)?;
        let by_itself = loaded.kind != FolderKind::Generic
            || loaded.properties.boolean(PR_ATTR_HIDDEN) == Some(true)
            || is_local_role(loaded.role);
        let local_only = match loaded.parent {
            _ if loaded.role == FolderRole::IpmSubtree => false,
            _ if by_itself => true,
            None => true,
            Some(parent) => self.is_local_only(parent)?,
        };
        self.local_only.insert(folder, local_only);
        Ok(local_only)
    }

    fn subtree(&self) -> Result<ObjectKey, StoreError> {
        self.store
            .folder_by_role(FolderRole::IpmSubtree)?
            .ok_or(StoreError::NotFound)
    }

    /// The remote id of a folder that the remote has, as far as we know: one that it has no more is made again later on.
    fn live_remote(&self, folder: ObjectKey) -> Result<Option<RemoteId>, StoreError> {
        let Some(mapping) = self.store.folder_mapping(folder)? else {
            return Ok(None);
        };
        let listed = self
            .store
            .listed_folder(&mapping.remote)?
            .filter(|listed| !listed.gone);
        Ok(listed.map(|listed| RemoteId::new(listed.remote)))
    }

    /// What users call a folder; for texts.
    fn folder_name(&self, folder: ObjectKey) -> String {
        self.store
            .folder(folder)
            .map(|folder| folder.name)
            .unwrap_or_default()
    }

    /// What users call a remote folder; for texts.
    fn remote_folder_name(&self, remote: &str) -> String {
        let local = self
            .store
            .folder_with_remote(remote)
            .ok()
            .flatten()
            .map(|folder| self.folder_name(folder));
        let listed = || {
            self.store
                .listed_folder(remote)
                .ok()
                .flatten()
                .map(|folder| folder.name)
        };
        local.or_else(listed).unwrap_or_default()
    }
}

fn is_local_role(role: FolderRole) -> bool {
    use FolderRole as Role;
    matches!(
        role,
        Role::Outbox
            | Role::SearchRoot
            | Role::Views
            | Role::CommonViews
            | Role::SyncIssues
            | Role::Conflicts
            | Role::LocalFailures
            | Role::ServerFailures
    )
}

/// Whether an error of the store concerns more than one object.
fn is_fatal(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::NoAccess
            | StoreError::Corrupt(_)
            | StoreError::Busy
            | StoreError::DiskFull
            | StoreError::Io(_)
            | StoreError::Sql(_)
    )
}
