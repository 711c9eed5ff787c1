//! Progress that a dialog can show: monotonic, and not too often.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{Clock, SyncObserver};

/// What progress is measured in.
pub(super) const MAXIMUM: u32 = 1000;

/// Least time between two reports.
const PERIOD: Duration = Duration::from_millis(200);

/// Passes progress on to an observer.
pub(super) struct Meter {
    observer: Arc<dyn SyncObserver>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    index: u32,
    phase: Range<u32>,
    /// Text that was not shown yet.
    text: Option<String>,
    last_report: Option<Duration>,
}

impl Meter {
    pub(super) fn new(observer: Arc<dyn SyncObserver>, clock: Arc<dyn Clock>) -> Self {
        Self {
            observer,
            clock,
            state: Mutex::default(),
        }
    }

    /// Begins a part of the whole: from here on, [`step`](Self::step) moves within this range.
    pub(super) fn phase(&self, range: Range<u32>, text: &str) {
        let start = range.start;
        self.update(|state| {
            state.phase = range;
            state.text = Some(text.to_owned());
            start
        });
    }

    /// How much of the phase is done.
    pub(super) fn step(&self, text: &str, done: u64, total: u64) {
        self.update(|state| {
            state.text = Some(text.to_owned());
            let length = u64::from(state.phase.end - state.phase.start);
            let part = done
                .min(total)
                .saturating_mul(length)
                .checked_div(total)
                .unwrap_or_default();
            state.phase.start + u32::try_from(part).unwrap_or_default()
        });
    }

    /// What the remote says that it is doing; that says nothing about the whole.
    pub(super) fn remark(&self, text: &str, done: u64, total: u64) {
        let text = if total > 0 {
            format!("{text} ({done} of {total})")
        } else {
            text.to_owned()
        };
        self.update(|state| {
            state.text = Some(text);
            state.index
        });
    }

    /// The end: always reported.
    pub(super) fn finish(&self) {
        self.observer.progress(None, MAXIMUM, MAXIMUM);
    }

    fn update(&self, change: impl FnOnce(&mut State) -> u32) {
        let (text, index) = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let index = change(&mut state).min(MAXIMUM);
            state.index = state.index.max(index);
            let now = self.clock.now();
            if state
                .last_report
                .is_some_and(|last| now.saturating_sub(last) < PERIOD)
            {
                return;
            }
            state.last_report = Some(now);
            (state.text.take(), state.index)
        };
        self.observer.progress(text.as_deref(), index, MAXIMUM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{ManualClock, NewMail, SyncProblem};

    #[derive(Default)]
    struct Heard(Mutex<Vec<(Option<String>, u32, u32)>>);

    impl SyncObserver for Heard {
        fn progress(&self, text: Option<&str>, index: u32, maximum: u32) {
            self.0
                .lock()
                .unwrap()
                .push((text.map(str::to_owned), index, maximum));
        }
        fn problem(&self, _: &SyncProblem) {}
        fn new_mail(&self, _: &[NewMail]) {}
    }

    #[test]
    fn reports_are_monotonic_and_rare() {
        let (heard, clock) = (Arc::new(Heard::default()), Arc::new(ManualClock::new()));
        let meter = Meter::new(heard.clone(), clock.clone());
        meter.phase(0..100, "folders");
        for done in 0..1000 {
            meter.step("step", done, 1000);
            clock.advance(Duration::from_millis(10));
        }
        meter.phase(50..300, "back");
        clock.advance(Duration::from_secs(1));
        meter.step("nothing", 0, 0);
        clock.advance(Duration::from_secs(1));
        meter.remark("busy", 3, 9);
        clock.advance(Duration::from_secs(1));
        meter.step("too far", 50, 10);
        meter.finish();
        let reports = heard.0.lock().unwrap();
        assert_eq!(
            reports[0],
            (Some("folders".to_owned()), 0, MAXIMUM),
            "the first comes right away"
        );
        assert!(reports.len() < 60, "{}", reports.len());
        assert!(
            reports.windows(2).all(|pair| pair[0].1 <= pair[1].1),
            "{reports:?}"
        );
        assert!(
            reports
                .iter()
                .all(|(_, index, maximum)| index <= maximum && *maximum == MAXIMUM)
        );
        assert!(
            reports
                .iter()
                .any(|report| report.0.as_deref() == Some("busy (3 of 9)"))
        );
        assert_eq!(reports.last(), Some(&(None, MAXIMUM, MAXIMUM)));
    }
}
