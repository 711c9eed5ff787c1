//! The host itself.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;
use windows_core::{HRESULT, Interface};

/// What all objects of a host share.
pub(crate) struct HostState {
    pub(crate) memory: Arc<MapiMemory>,
    pub(crate) profile: Profile,
    pub(crate) engine: Arc<Engine>,
    pub(crate) journal: Journal,
    pub(crate) live: Arc<Live>,
    pub(crate) seats: Mutex<Vec<Weak<Seat>>>,
    pub(crate) dialog: Mutex<Option<Vec<Prop>>>,
    pub(crate) preprocessing: AtomicBool,
}

impl HostState {
    /// The logon object that registered the identifier in an entry id.
    pub(crate) fn route(&self, entry_id: &[u8]) -> Option<IMSLogon> {
        let uid = entry_id.get(4..20)?;
        let seats = lock(&self.seats).clone();
        let mut seats = seats.iter().filter_map(Weak::upgrade);
        seats
            .find(|seat| lock(&seat.uids).iter().any(|known| known.ab == uid))?
            .logon()
    }

    /// The name of the provider's DLL, as the profile has it.
    pub(crate) fn dll_name(&self) -> String {
        self.profile
            .provider_section()
            .text(PR_PROVIDER_DLL_NAME)
            .unwrap_or("provider.dll")
            .to_string()
    }
}

impl Drop for HostState {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

/// A stand-in for Outlook and MAPI: memory functions, a profile with one message service, the notification engine, and a
/// record of what the provider did. Clones are the same host.
#[derive(Clone)]
pub struct Host {
    state: Arc<HostState>,
}

impl Host {
    /// A host with a new profile.
    #[allow(
        clippy::new_without_default,
        reason = "a new host is more than a default value"
    )]
    pub fn new() -> Self {
        Self::with_profile(Profile::new())
    }

    /// A host with a profile that another one has used.
    pub fn with_profile(profile: Profile) -> Self {
        Self::build(profile, Arc::new(MapiMemory::new()))
    }

    /// A host with another, new profile in the same process: the memory functions are the same, so that objects of the
    /// one can be handed to providers of the other. What is left of memory shows with both.
    pub fn beside(&self) -> Self {
        Self::build(Profile::new(), self.state.memory.clone())
    }

    fn build(profile: Profile, memory: Arc<MapiMemory>) -> Self {
        Self {
            state: Arc::new(HostState {
                memory,
                profile,
                engine: Arc::default(),
                journal: Journal::default(),
                live: Arc::default(),
                seats: Mutex::default(),
                dialog: Mutex::default(),
                preprocessing: AtomicBool::new(false),
            }),
        }
    }

    /// The memory functions and what they know.
    pub fn memory(&self) -> &MapiMemory {
        &self.state.memory
    }

    /// The profile.
    pub fn profile(&self) -> &Profile {
        &self.state.profile
    }

    /// Writes what mapisvc.inf says about the service to the profile, as `CreateMsgService` does.
    pub fn describe_service(&self, description: &ServiceDescription) {
        self.state.profile.describe(description);
    }

    /// The calls that the provider made on its support objects, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.state.journal.calls()
    }

    /// The calls of one method, oldest first.
    pub fn calls_of(&self, method: Method) -> Vec<Call> {
        self.calls()
            .into_iter()
            .filter(|call| call.method == method)
            .collect()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.state.journal.clear();
    }

    /// How many calls there have been since the host was made, forgotten ones included.
    pub fn call_count(&self) -> u64 {
        self.state.journal.count()
    }

    /// Runs a function in the middle of each call of the provider, with no lock of the host held; `None` ends that.
    pub fn set_hook(&self, hook: Option<Hook>) {
        self.state.journal.set_hook(hook);
    }

    /// Lets the provider's `n`-th support call from now fail, counted from 1, and only that one.
    pub fn fail_call(&self, n: u64, code: HRESULT) {
        self.state.journal.fail_call(n, code);
    }

    /// Lets every call of a method fail.
    pub fn fail_method(&self, method: Method, code: HRESULT) {
        self.state.journal.fail_method(method, code);
    }

    /// Lets no further call fail, and tells whether the call of [`fail_call`](Self::fail_call) has come.
    pub fn stop_failing(&self) -> bool {
        self.state.journal.stop_failing()
    }

    /// Chooses the thread on which sinks are called.
    pub fn set_delivery(&self, delivery: Delivery) {
        self.state.engine.set_delivery(delivery);
    }

    /// Delivers the events that wait, on this thread; returns how many deliveries that made.
    pub fn pump(&self) -> usize {
        self.state.engine.pump()
    }

    /// Waits until all events have been delivered; false when the time is up.
    pub fn settle(&self, timeout: Duration) -> bool {
        self.state.engine.settle(timeout)
    }

    /// How many subscriptions there are.
    pub fn subscriptions(&self) -> usize {
        self.state.engine.subscriptions()
    }

    /// Whether `ExpandRecips` says of every message that it needs preprocessing.
    pub fn set_preprocessing(&self, needed: bool) {
        self.state.preprocessing.store(needed, Ordering::Release);
    }

    /// What the user enters when the provider shows a property sheet; without an answer the user cancels.
    pub fn answer_dialog(&self, answer: Option<Vec<Prop>>) {
        *lock(&self.state.dialog) = answer;
    }

    /// Calls `ServiceEntry`.
    pub fn service_entry(
        &self,
        provider: &Provider,
        context: u32,
        flags: u32,
        props: &[Prop],
    ) -> ServiceReply {
        let seat = Arc::<Seat>::default();
        let support = Support::create(&self.state, &seat, Purpose::Configuration);
        let admin = ProviderAdmin::create(&self.state);
        let malloc = TaskMemory::create(&self.state);
        let arena = Arena::default();
        let values = if props.is_empty() {
            std::ptr::null_mut()
        } else {
            arena.props(props)
        };
        let mut error: *mut MAPIERROR = usize::MAX as *mut MAPIERROR;
        // SAFETY: the arguments live until the call returns; `error` is a place for the result.
        let code = unsafe {
            (provider.service_entry)(
                std::ptr::null_mut(),
                malloc.as_raw(),
                support.as_raw(),
                0,
                flags,
                context,
                props.len() as u32,
                values,
                admin.as_raw(),
                &mut error,
            )
        };
        if error as usize == usize::MAX {
            self.state
                .journal
                .violation("ServiceEntry left the pointer to the error as it was".into());
            error = std::ptr::null_mut();
        }
        let kept = references(&support) - 1 + references(&admin) - 1;
        if kept > 0 {
            self.state.journal.violation(format!(
                "ServiceEntry kept {kept} references to what it was lent"
            ));
        }
        let reader = Reader::adopt(&self.state.memory, "ServiceEntry", error.cast());
        ServiceReply {
            code,
            error: reader.and_then(|reader| reader.error(error, flags)),
        }
    }

    /// Adds the message service to the profile and configures it with these properties, without any dialog.
    ///
    /// # Errors
    /// Fails with the code of `ServiceEntry`; [`MAPI_E_UNCONFIGURED`] says that properties are missing.
    pub fn configure(&self, provider: &Provider, props: &[Prop]) -> Result<HRESULT> {
        let created = self.service_entry(provider, MSG_SERVICE_CREATE, 0, &[]);
        if created.code != MAPI_E_UNCONFIGURED {
            check("ServiceEntry", created.code)?;
        }
        let configured = self.service_entry(provider, MSG_SERVICE_CONFIGURE, MAPI_UNICODE, props);
        check_code("ServiceEntry", configured.code)
    }

    /// Initializes the provider.
    pub fn start(&self, provider: &Provider) -> Result<RunningProvider> {
        let attempt = self.try_start(provider, CURRENT_SPI_VERSION, 0);
        check("MSProviderInit", attempt.code)?;
        attempt.provider.ok_or(Failure {
            call: "MSProviderInit",
            code: MAPI_E_CALL_FAILED,
        })
    }

    /// Initializes the provider with a version and flags, and keeps the result, whatever it is.
    pub fn try_start(&self, provider: &Provider, version: u32, flags: u32) -> StartAttempt {
        let functions = self.state.memory.functions();
        let malloc = TaskMemory::create(&self.state);
        let mut provider_version = u32::MAX;
        let mut object = usize::MAX as *mut c_void;
        // SAFETY: the arguments live until the call returns; the last two are places for the results.
        let code = unsafe {
            (provider.init)(
                std::ptr::null_mut(),
                malloc.as_raw(),
                Some(functions.allocate_buffer),
                Some(functions.allocate_more),
                Some(functions.free_buffer),
                flags,
                version,
                &mut provider_version,
                &mut object,
            )
        };
        if object as usize == usize::MAX {
            self.state
                .journal
                .violation("MSProviderInit left the pointer to the provider as it was".into());
            object = std::ptr::null_mut();
        }
        // SAFETY: the function returns a provider with a reference for us, or NULL.
        let object = unsafe { take::<IMSProvider>(object) };
        StartAttempt {
            code,
            provider_version,
            provider: object.map(|object| RunningProvider::new(object, &self.state)),
        }
    }

    /// Initializes the provider and opens the store that the profile chooses; the session ends both.
    pub fn logon(&self, provider: &Provider) -> Result<Session> {
        self.logon_with(provider, &LogonOptions::default())
    }

    /// Initializes the provider and opens a store; the session ends both.
    pub fn logon_with(&self, provider: &Provider, options: &LogonOptions) -> Result<Session> {
        let running = self.start(provider)?;
        Ok(running.logon(options)?.with_provider(running))
    }

    /// What the objects of this host share.
    pub(crate) fn state(&self) -> Arc<HostState> {
        self.state.clone()
    }

    /// What the provider did against the rules, as far as the host has noticed.
    pub fn violations(&self) -> Vec<String> {
        for text in misused_arguments() {
            self.state.memory.report(text);
        }
        let mut all = self.state.journal.violations();
        all.extend(self.state.memory.misuse());
        all
    }

    /// What the provider has not given back: memory, references, subscriptions.
    ///
    /// Call it when the session is over: until then some of it is rightly in use.
    pub fn leaks(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .state
            .memory
            .live_blocks()
            .iter()
            .map(|block| format!("memory: {block}"))
            .collect();
        all.extend(
            self.state
                .live
                .objects()
                .iter()
                .map(|(kind, count)| format!("{count} references to a {kind}")),
        );
        let subscriptions = self.subscriptions();
        if subscriptions > 0 {
            all.push(format!("{subscriptions} subscriptions"));
        }
        all
    }

    /// Checks that nothing is left and nothing went wrong.
    ///
    /// # Panics
    /// Panics with a list of [`violations`](Self::violations) and [`leaks`](Self::leaks), if there are any.
    #[track_caller]
    pub fn assert_clean(&self) {
        let (violations, leaks) = (self.violations(), self.leaks());
        assert!(
            violations.is_empty() && leaks.is_empty(),
            "violations: {violations:#?}\nleaks: {leaks:#?}"
        );
    }
}

/// What `ServiceEntry` answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceReply {
    /// The code.
    pub code: HRESULT,
    /// The description of the error, if there is one.
    pub error: Option<ErrorText>,
}

/// What `MSProviderInit` answered.
pub struct StartAttempt {
    /// The code.
    pub code: HRESULT,
    /// The version that the provider reports.
    pub provider_version: u32,
    /// The provider.
    pub provider: Option<RunningProvider>,
}
