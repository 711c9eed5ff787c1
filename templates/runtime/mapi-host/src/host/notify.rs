//! The notification engine: who listens to which key, and the delivery of events.

use crate::host::*;
use mapi_abi::*;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// On which thread sinks are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// On a thread of the host's own, soon after the event.
    #[default]
    Thread,
    /// On the thread that calls [`Host::pump`], and only then.
    Pumped,
}

/// Subscriptions and events on their way.
#[derive(Default)]
pub(crate) struct Engine {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    subscriptions: BTreeMap<usize, Subscription>,
    made: usize,
    queue: VecDeque<(usize, Vec<Event>)>,
    delivery: Delivery,
    delivering: usize,
    stopping: bool,
    thread: Option<JoinHandle<()>>,
}

struct Subscription {
    key: Vec<u8>,
    mask: u32,
    flags: u32,
    sink: Free<IMAPIAdviseSink>,
}

impl Engine {
    pub(crate) fn set_delivery(&self, delivery: Delivery) {
        lock(&self.inner).delivery = delivery;
        self.changed.notify_all();
    }

    pub(crate) fn subscribe(
        &self,
        key: Vec<u8>,
        mask: u32,
        flags: u32,
        sink: IMAPIAdviseSink,
    ) -> usize {
        let mut inner = lock(&self.inner);
        inner.made += 1;
        // On 64-bit systems connections use the upper half too, so that a truncated one is found out; not with all bits,
        // as the variable for the result may be full of ones.
        let connection = inner.made | (usize::MAX / 3) << (usize::BITS / 2);
        inner.subscriptions.insert(
            connection,
            Subscription {
                key,
                mask,
                flags,
                sink: Free(sink),
            },
        );
        connection
    }

    pub(crate) fn unsubscribe(&self, connection: usize) -> bool {
        let removed = lock(&self.inner).subscriptions.remove(&connection);
        // The sink is released here, with no lock held.
        removed.is_some()
    }

    /// How many subscriptions there are.
    pub(crate) fn subscriptions(&self) -> usize {
        lock(&self.inner).subscriptions.len()
    }

    pub(crate) fn notify(self: &Arc<Self>, key: &[u8], events: &[Event]) {
        let mut inner = lock(&self.inner);
        let mut at_once = Vec::new();
        let mut later = Vec::new();
        for (connection, subscription) in &inner.subscriptions {
            if subscription.key != key {
                continue;
            }
            let wanted: Vec<Event> = events
                .iter()
                .filter(|event| event.kind() & subscription.mask != 0)
                .cloned()
                .collect();
            if wanted.is_empty() {
                continue;
            }
            if subscription.flags & NOTIFY_SYNC != 0 {
                at_once.push((subscription.sink.clone(), wanted));
            } else {
                later.push((*connection, wanted));
            }
        }
        inner.queue.extend(later);
        if inner.delivery == Delivery::Thread
            && !inner.queue.is_empty()
            && inner.thread.is_none()
            && !inner.stopping
        {
            let engine = self.clone();
            let thread = std::thread::Builder::new().name("mapi-host notifications".into());
            inner.thread = thread.spawn(move || engine.run()).ok();
        }
        drop(inner);
        self.changed.notify_all();
        for (sink, events) in at_once {
            call(&sink, &events);
        }
    }

    /// Delivers all that is waiting, on this thread.
    pub(crate) fn pump(&self) -> usize {
        let mut delivered = 0;
        while self.deliver_one() {
            delivered += 1;
        }
        delivered
    }

    /// Waits until nothing is waiting or being delivered.
    pub(crate) fn settle(&self, timeout: Duration) -> bool {
        let end = Instant::now() + timeout;
        let mut inner = lock(&self.inner);
        while !(inner.queue.is_empty() && inner.delivering == 0) {
            let Some(left) = end.checked_duration_since(Instant::now()) else {
                return false;
            };
            inner = self
                .changed
                .wait_timeout(inner, left)
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .0;
        }
        true
    }

    /// Ends the delivery and drops what is waiting.
    pub(crate) fn stop(&self) {
        let mut inner = lock(&self.inner);
        inner.stopping = true;
        inner.queue.clear();
        let subscriptions = std::mem::take(&mut inner.subscriptions);
        let thread = inner.thread.take();
        drop(inner);
        self.changed.notify_all();
        drop(subscriptions);
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
        {
            // A sink that panicked has failed its own test already.
            let _ = thread.join();
        }
    }

    fn run(&self) {
        loop {
            let mut inner = lock(&self.inner);
            while !inner.stopping && (inner.queue.is_empty() || inner.delivery != Delivery::Thread)
            {
                inner = self
                    .changed
                    .wait(inner)
                    .unwrap_or_else(|poisoned| poisoned.into_inner());
            }
            if inner.stopping {
                return;
            }
            drop(inner);
            self.deliver_one();
        }
    }

    fn deliver_one(&self) -> bool {
        let mut inner = lock(&self.inner);
        let Some((connection, events)) = inner.queue.pop_front() else {
            return false;
        };
        let sink = inner
            .subscriptions
            .get(&connection)
            .map(|subscription| subscription.sink.clone());
        inner.delivering += 1;
        drop(inner);
        if let Some(sink) = sink {
            call(&sink, &events);
        }
        lock(&self.inner).delivering -= 1;
        self.changed.notify_all();
        true
    }
}

fn call(sink: &Free<IMAPIAdviseSink>, events: &[Event]) {
    let arena = Arena::default();
    let raw: Vec<NOTIFICATION> = events.iter().map(|event| event.write(&arena)).collect();
    // SAFETY: the sink is a live object, and the structures and what they point to live until the call returns.
    unsafe { sink.0.OnNotify(raw.len() as u32, raw.as_ptr()) };
}
