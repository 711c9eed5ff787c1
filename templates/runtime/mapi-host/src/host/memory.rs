//! The memory functions that a host hands to a provider: they count, and they catch misuse.
//!
//! MAPI's memory functions have no context argument, so that one set of functions would have to serve all hosts of a
//! process, and tests that run side by side could not tell whose block is whose. Therefore each host gets functions of its
//! own out of a fixed set; they differ in nothing but the number of the slot that they count for.

use crate::host::memory_functions::{FUNCTIONS, MemoryFunctions};
use mapi_abi::*;
use std::alloc::Layout;
use std::backtrace::Backtrace;
use std::collections::{BTreeMap, VecDeque};
use std::ffi::c_void;
use std::fmt;
use std::sync::{Mutex, MutexGuard};

/// How many hosts can live in a process at the same time.
pub const MAXIMUM_HOSTS: usize = 256;

/// Bytes before and after a block that nobody may touch.
const ZONE: usize = 32;
/// What lies in the zones.
const ZONE_BYTE: u8 = 0xFB;
/// What lies in a new block: MAPI does not promise zeros.
const NEW_BYTE: u8 = 0xCD;
/// What lies in a block after it has been freed.
const FREED_BYTE: u8 = 0xDD;
/// How many bytes of freed blocks are kept to see whether somebody writes to them.
const QUARANTINE_BYTES: usize = 4 << 20;
/// How many freed blocks are kept at most.
const QUARANTINE_BLOCKS: usize = 4096;
/// No request is this large; a provider that makes it has calculated with garbage.
const LARGEST_BLOCK: u32 = 1 << 30;
/// No provider needs this much at the same time; one that asks for more will never stop asking.
const LARGEST_SUM: usize = 1 << 30;

static SLOTS: [Mutex<Slot>; MAXIMUM_HOSTS] = [const { Mutex::new(Slot::new()) }; MAXIMUM_HOSTS];

/// Blocks that were out when the slot of their host was needed again: nobody counts them any more, but they may be freed.
static ORPHANS: Mutex<BTreeMap<usize, Block>> = Mutex::new(BTreeMap::new());

/// Who asked for a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requester {
    /// The provider, with `MAPIAllocateBuffer`.
    Provider,
    /// The host, for a result that the provider has to free.
    Host,
    /// The provider, with `IMalloc`.
    Task,
}

/// A block that has not been freed.
#[derive(Clone, Debug)]
pub struct LiveBlock {
    /// The size in bytes.
    pub size: usize,
    /// The number of the request, counted from 1 for each host.
    pub request: u64,
    /// Who asked for it.
    pub requester: Requester,
    /// Where it was asked for, if the environment variable `MAPI_HOST_TRACE` is set.
    pub trace: Option<String>,
}

impl fmt::Display for LiveBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = match self.requester {
            Requester::Provider => "allocated by the provider",
            Requester::Host => "returned to the provider",
            Requester::Task => "allocated by the provider with IMalloc",
        };
        write!(f, "{} bytes {from} in request {}", self.size, self.request)?;
        match &self.trace {
            Some(trace) => write!(f, "\n{trace}"),
            None => Ok(()),
        }
    }
}

/// The memory functions of one host and what is known about their blocks.
///
/// New and freed blocks are filled with bytes that are no valid pointers, and zones around each block show writes beyond
/// its ends. Freed blocks are kept for a while, so that a second free, or a write after the free, is noticed.
#[derive(Debug)]
pub struct MapiMemory {
    slot: usize,
}

impl MapiMemory {
    /// Takes a free slot.
    ///
    /// # Panics
    /// Panics if [`MAXIMUM_HOSTS`] hosts live already.
    pub(crate) fn new() -> Self {
        // Slots whose blocks are still out come last: a late free must not confuse another host.
        let taken = Self::take_slot(|slot| slot.blocks.is_empty());
        taken
            .or_else(|| Self::take_slot(|_| true))
            .unwrap_or_else(|| {
                panic!("no more than {MAXIMUM_HOSTS} hosts can live at the same time")
            })
    }

    fn take_slot(wanted: impl Fn(&Slot) -> bool) -> Option<Self> {
        for (index, slot) in SLOTS.iter().enumerate() {
            let mut slot = lock(slot);
            if !slot.taken && wanted(&slot) {
                let mut old = std::mem::replace(&mut *slot, Slot::new());
                slot.taken = true;
                lock(&ORPHANS).append(&mut old.blocks);
                drop(slot);
                old.quarantine.into_iter().for_each(Freed::release);
                return Some(Self { slot: index });
            }
        }
        None
    }

    /// The three functions, as `MSProviderInit` and `IMAPISupport::GetMemAllocRoutines` hand them over.
    pub fn functions(&self) -> MemoryFunctions {
        FUNCTIONS[self.slot]
    }

    /// The blocks of `MAPIAllocateBuffer` and `IMalloc` that have not been freed, oldest first.
    ///
    /// Blocks of `MAPIAllocateMore` are not listed: they go with the block they are linked to.
    pub fn live_blocks(&self) -> Vec<LiveBlock> {
        let slot = self.lock();
        let mut blocks: Vec<LiveBlock> = slot
            .blocks
            .values()
            .filter(|block| block.base.is_none())
            .map(|block| LiveBlock {
                size: block.size,
                request: block.request,
                requester: block.requester,
                trace: block.trace.as_ref().map(|trace| trace.to_string()),
            })
            .collect();
        blocks.sort_by_key(|block| block.request);
        blocks
    }

    /// What has been done wrong with memory so far; looks at the zones of all blocks first.
    pub fn misuse(&self) -> Vec<String> {
        let mut slot = self.lock();
        slot.inspect();
        slot.misuse.clone()
    }

    /// How many blocks the provider has asked for so far.
    pub fn provider_requests(&self) -> u64 {
        self.lock().provider_requests
    }

    /// Lets the provider's `n`-th request from now fail, counted from 1, and only that one.
    pub fn fail_request(&self, n: u64) {
        let mut slot = self.lock();
        slot.fail_at = Some(slot.provider_requests + n);
    }

    /// Lets no further request fail, and tells whether the request of [`fail_request`](Self::fail_request) has come.
    pub fn stop_failing(&self) -> bool {
        let mut slot = self.lock();
        let pending = slot.fail_at.take();
        pending.is_some_and(|at| at <= slot.provider_requests)
    }

    /// Records that a provider has done something wrong with memory.
    pub(crate) fn report(&self, text: String) {
        self.lock().misuse.push(text);
    }

    /// Allocates a block that the provider, or a caller of [`free`](Self::free), frees.
    pub(crate) fn allocate(&self, size: usize) -> *mut c_void {
        let size = u32::try_from(size).expect("a block of the host is small");
        let mut block = std::ptr::null_mut();
        let code = allocate(self.slot, size, None, Requester::Host, &mut block);
        assert_eq!(code, S_OK, "the host cannot go on without memory");
        block
    }

    /// Allocates a block that is freed along with `base`.
    pub(crate) fn allocate_more(&self, size: usize, base: *mut c_void) -> *mut c_void {
        let size = u32::try_from(size).expect("a block of the host is small");
        let mut block = std::ptr::null_mut();
        let code = allocate(
            self.slot,
            size,
            Some(base as usize),
            Requester::Host,
            &mut block,
        );
        assert_eq!(code, S_OK, "the host cannot go on without memory");
        block
    }

    /// Frees a block of this host and what is linked to it.
    pub(crate) fn free(&self, block: *mut c_void) {
        free(self.slot, block as usize, false);
    }

    /// Whether a block that can be freed begins here: one of this host or, where objects of two hosts meet, of another.
    pub(crate) fn is_base(&self, address: usize) -> bool {
        self.slots().any(|slot| {
            lock(slot)
                .blocks
                .get(&address)
                .is_some_and(|block| block.base.is_none() && block.requester != Requester::Task)
        })
    }

    /// How many bytes can be read from `address` on, if it lies in the block at `base` or in one that is linked to it.
    pub(crate) fn readable(&self, base: usize, address: usize) -> Option<usize> {
        self.slots().find_map(|slot| {
            let slot = lock(slot);
            let (start, block) = slot.blocks.range(..=address).next_back()?;
            let belongs = *start == base || block.base == Some(base);
            (belongs && address < start + block.size).then(|| start + block.size - address)
        })
    }

    /// Allocates, resizes and frees for `IMalloc`.
    pub(crate) fn task_allocate(&self, size: usize) -> *mut c_void {
        let mut block = std::ptr::null_mut();
        let Ok(size) = u32::try_from(size) else {
            return block;
        };
        match allocate(self.slot, size, None, Requester::Task, &mut block) {
            S_OK => block,
            _ => std::ptr::null_mut(),
        }
    }

    /// Frees a block of `IMalloc`.
    pub(crate) fn task_free(&self, block: *mut c_void) {
        free(self.slot, block as usize, true);
    }

    /// The size of a block of `IMalloc`.
    pub(crate) fn task_size(&self, block: *mut c_void) -> Option<usize> {
        let slot = self.lock();
        slot.blocks
            .get(&(block as usize))
            .filter(|block| block.requester == Requester::Task)
            .map(|block| block.size)
    }

    fn lock(&self) -> MutexGuard<'static, Slot> {
        lock(&SLOTS[self.slot])
    }

    /// All slots, this host's first.
    fn slots(&self) -> impl Iterator<Item = &'static Mutex<Slot>> {
        slots_from(self.slot).map(|slot| &SLOTS[slot])
    }
}

impl Drop for MapiMemory {
    fn drop(&mut self) {
        self.lock().taken = false;
    }
}

struct Slot {
    taken: bool,
    blocks: BTreeMap<usize, Block>,
    bytes: usize,
    quarantine: VecDeque<Freed>,
    quarantine_bytes: usize,
    requests: u64,
    provider_requests: u64,
    fail_at: Option<u64>,
    misuse: Vec<String>,
}

struct Block {
    size: usize,
    base: Option<usize>,
    linked: Vec<usize>,
    request: u64,
    requester: Requester,
    trace: Option<Box<Backtrace>>,
}

struct Freed {
    address: usize,
    size: usize,
    request: u64,
}

impl Slot {
    const fn new() -> Self {
        Self {
            taken: false,
            blocks: BTreeMap::new(),
            bytes: 0,
            quarantine: VecDeque::new(),
            quarantine_bytes: 0,
            requests: 0,
            provider_requests: 0,
            fail_at: None,
            misuse: Vec::new(),
        }
    }

    /// Looks for writes beyond the ends of blocks and to freed blocks.
    fn inspect(&mut self) {
        let mut found = Vec::new();
        for (address, block) in &self.blocks {
            if !zones_are_intact(*address, block.size) {
                found.push(overrun(block.size, block.request));
            }
        }
        for freed in &self.quarantine {
            found.extend(freed.damage());
        }
        for text in found {
            if !self.misuse.contains(&text) {
                self.misuse.push(text);
            }
        }
    }

    /// Takes a block out of use and keeps its memory for a while.
    fn retire(&mut self, address: usize, block: &Block, released: &mut Vec<Freed>) {
        if !zones_are_intact(address, block.size) {
            let text = overrun(block.size, block.request);
            if !self.misuse.contains(&text) {
                self.misuse.push(text);
            }
        }
        // SAFETY: the block has just been taken out of the table, so this memory is ours, zones included.
        unsafe {
            let start = address as *mut u8;
            start.sub(ZONE).write_bytes(ZONE_BYTE, ZONE);
            start.write_bytes(FREED_BYTE, block.size);
            start.add(block.size).write_bytes(ZONE_BYTE, ZONE);
        }
        self.bytes -= block.size;
        self.quarantine_bytes += block.size;
        self.quarantine.push_back(Freed {
            address,
            size: block.size,
            request: block.request,
        });
        while self.quarantine_bytes > QUARANTINE_BYTES || self.quarantine.len() > QUARANTINE_BLOCKS
        {
            let Some(oldest) = self.quarantine.pop_front() else {
                break;
            };
            self.quarantine_bytes -= oldest.size;
            if let Some(text) = oldest.damage()
                && !self.misuse.contains(&text)
            {
                self.misuse.push(text);
            }
            released.push(oldest);
        }
    }
}

impl Freed {
    fn damage(&self) -> Option<String> {
        // SAFETY: the memory of a block in quarantine is still ours and nobody else's.
        let bytes = unsafe { std::slice::from_raw_parts(self.address as *const u8, self.size) };
        let whole = bytes.iter().all(|byte| *byte == FREED_BYTE)
            && zones_are_intact(self.address, self.size);
        (!whole).then(|| {
            format!(
                "a block of {} bytes, request {}, was written to after it had been freed",
                self.size, self.request
            )
        })
    }

    fn release(self) {
        // SAFETY: the memory was allocated with this layout, and the block has left the table and the quarantine.
        unsafe { std::alloc::dealloc((self.address - ZONE) as *mut u8, layout(self.size)) };
    }
}

fn lock<T>(slot: &'static Mutex<T>) -> MutexGuard<'static, T> {
    // A panic in here can only leave a misuse unreported, so the state is good enough to go on with.
    slot.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The numbers of all slots, this one first.
fn slots_from(slot: usize) -> impl Iterator<Item = usize> {
    let others = (0..MAXIMUM_HOSTS).filter(move |other| *other != slot);
    std::iter::once(slot).chain(others)
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size + 2 * ZONE, 16).expect("the size has been checked")
}

fn overrun(size: usize, request: u64) -> String {
    format!("a block of {size} bytes, request {request}, was written to beyond its ends")
}

fn zones_are_intact(address: usize, size: usize) -> bool {
    // SAFETY: a block in the table or in quarantine has zones on both sides, allocated with it.
    let (before, after) = unsafe {
        (
            std::slice::from_raw_parts((address - ZONE) as *const u8, ZONE),
            std::slice::from_raw_parts((address + size) as *const u8, ZONE),
        )
    };
    before.iter().chain(after).all(|byte| *byte == ZONE_BYTE)
}

/// Allocates a block for a slot.
pub(crate) fn allocate(
    slot: usize,
    size: u32,
    base: Option<usize>,
    requester: Requester,
    out: &mut *mut c_void,
) -> SCODE {
    *out = std::ptr::null_mut();
    let trace = std::env::var_os("MAPI_HOST_TRACE").map(|_| Box::new(Backtrace::force_capture()));
    let mut state = lock(&SLOTS[slot]);
    state.requests += 1;
    let request = state.requests;
    if requester == Requester::Provider {
        state.provider_requests += 1;
        if state.fail_at == Some(state.provider_requests) {
            return MAPI_E_NOT_ENOUGH_MEMORY;
        }
    }
    if size > LARGEST_BLOCK {
        state
            .misuse
            .push(format!("{size} bytes were asked for at once"));
        return MAPI_E_NOT_ENOUGH_MEMORY;
    }
    if let Some(base) = base {
        match state.blocks.get(&base) {
            Some(block) if block.base.is_none() && block.requester != Requester::Task => {}
            Some(_) => {
                state.misuse.push(
                    "MAPIAllocateMore got a block that is not from MAPIAllocateBuffer".into(),
                );
                return MAPI_E_INVALID_PARAMETER;
            }
            None => {
                state
                    .misuse
                    .push("MAPIAllocateMore got an address that is no block".into());
                return MAPI_E_INVALID_PARAMETER;
            }
        }
    }
    let size = size as usize;
    if state.bytes + size > LARGEST_SUM {
        let text = format!("more than {LARGEST_SUM} bytes were in use at the same time");
        if !state.misuse.contains(&text) {
            state.misuse.push(text);
        }
        return MAPI_E_NOT_ENOUGH_MEMORY;
    }
    // SAFETY: the layout has a size above zero.
    let start = unsafe { std::alloc::alloc(layout(size)) };
    if start.is_null() {
        return MAPI_E_NOT_ENOUGH_MEMORY;
    }
    // SAFETY: the allocation covers the block and a zone on each side.
    let address = unsafe {
        start.write_bytes(ZONE_BYTE, ZONE);
        let block = start.add(ZONE);
        block.write_bytes(NEW_BYTE, size);
        block.add(size).write_bytes(ZONE_BYTE, ZONE);
        block as usize
    };
    state.bytes += size;
    if let Some(block) = base.and_then(|base| state.blocks.get_mut(&base)) {
        block.linked.push(address);
    }
    state.blocks.insert(
        address,
        Block {
            size,
            base,
            linked: Vec::new(),
            request,
            requester,
            trace,
        },
    );
    *out = address as *mut c_void;
    S_OK
}

/// Records that a function got NULL in place of a place for its result.
pub(crate) fn report_null(slot: usize, function: &str) -> SCODE {
    lock(&SLOTS[slot])
        .misuse
        .push(format!("{function} got NULL for the address"));
    MAPI_E_INVALID_PARAMETER
}

/// Frees a block with the functions of a slot.
pub(crate) fn free(slot: usize, address: usize, task: bool) {
    if address == 0 {
        return;
    }
    // A provider may keep the functions of its first initialization for the life of the process, as there is only one set
    // of them in a real process; so a block may well come back through the functions of another host.
    for candidate in slots_from(slot) {
        let mut state = lock(&SLOTS[candidate]);
        let Some(block) = state.blocks.get(&address) else {
            continue;
        };
        if block.base.is_some() {
            state
                .misuse
                .push("MAPIFreeBuffer got a block of MAPIAllocateMore".into());
            return;
        }
        if (block.requester == Requester::Task) != task {
            state
                .misuse
                .push("a block was freed with the functions of another allocator".into());
            return;
        }
        let mut released = Vec::new();
        if let Some(block) = state.blocks.remove(&address) {
            for linked in &block.linked {
                if let Some(more) = state.blocks.remove(linked) {
                    state.retire(*linked, &more, &mut released);
                }
            }
            state.retire(address, &block, &mut released);
        }
        drop(state);
        released.into_iter().for_each(Freed::release);
        return;
    }
    if free_orphan(address) {
        return;
    }
    let mut state = lock(&SLOTS[slot]);
    let twice = state
        .quarantine
        .iter()
        .find(|freed| freed.address == address);
    let text = match twice {
        Some(freed) => format!(
            "a block of {} bytes, request {}, was freed twice",
            freed.size, freed.request
        ),
        None => "an address that is no block was freed".into(),
    };
    state.misuse.push(text);
}

/// Frees a block that has outlived the host that knew it.
fn free_orphan(address: usize) -> bool {
    let mut orphans = lock(&ORPHANS);
    if orphans
        .get(&address)
        .is_none_or(|block| block.base.is_some())
    {
        return false;
    }
    let Some(block) = orphans.remove(&address) else {
        return false;
    };
    let mut released = vec![(address, block.size, block.request)];
    for linked in block.linked {
        let more = orphans.remove(&linked);
        released.extend(more.map(|more| (linked, more.size, more.request)));
    }
    drop(orphans);
    for (address, size, request) in released {
        Freed {
            address,
            size,
            request,
        }
        .release();
    }
    true
}
