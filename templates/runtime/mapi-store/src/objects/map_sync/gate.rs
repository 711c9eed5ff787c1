//! What of a synchronization's progress reaches the dialog, and how often. Knows nothing of COM.
//!
//! The engine reports as it goes, thousands of times and for one phase after the other. The dialog gets a position that
//! never goes back, an index within its maximum, a maximum of at least 1, at most five calls a second, and a text only
//! when it says something new [imapisyncprogresscallback-progress].

use std::time::{Duration, Instant};

/// The least time between two reports.
const PAUSE: Duration = Duration::from_millis(200);

/// One call of `IMAPISyncProgressCallback::Progress`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// What is being done; `None` moves the position only.
    pub(crate) text: Option<String>,
    pub(crate) index: u32,
    pub(crate) maximum: u32,
}

/// Decides what to report. One for each callback.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    last: Option<Instant>,
    text: Option<String>,
    index: u32,
    maximum: u32,
    closed: bool,
}

impl Gate {
    /// The report to make now, if any.
    pub(crate) fn pass(&mut self, text: Option<&str>, done: u64, total: u64, now: Instant) -> Option<Report> {
        if self.closed || self.last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            return None;
        }
        let total = total.max(1);
        let done = done.min(total);
        // Beyond 32 bits both are scaled down alike.
        let scale = total.div_ceil(u64::from(u32::MAX)).max(1);
        let (mut index, mut maximum) = ((done / scale) as u32, (total / scale).max(1) as u32);
        if maximum < self.maximum || index < self.index {
            // A phase that starts over, or a total that shrank: the old scale stays, and the position waits.
            index = (u64::from(index) * u64::from(self.maximum) / u64::from(maximum)) as u32;
            maximum = self.maximum;
            index = index.clamp(self.index, maximum);
        }
        let text = text.filter(|text| !text.is_empty() && self.text.as_deref() != Some(text)).map(str::to_owned);
        self.last = Some(now);
        self.index = index;
        self.maximum = maximum;
        if text.is_some() {
            self.text.clone_from(&text);
        }
        Some(Report { text, index, maximum })
    }

    /// No more reports: the callback failed once.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Clock(Instant);

    impl Clock {
        fn later(&mut self) -> Instant {
            self.0 += PAUSE;
            self.0
        }
    }

    fn report(text: Option<&str>, index: u32, maximum: u32) -> Option<Report> {
        Some(Report { text: text.map(str::to_owned), index, maximum })
    }

    #[test]
    fn the_first_report_comes_at_once_and_the_next_after_a_pause() {
        let mut gate = Gate::default();
        let start = Instant::now();
        assert_eq!(gate.pass(Some("Inbox"), 0, 0, start), report(Some("Inbox"), 0, 1));
        assert_eq!(gate.pass(Some("Inbox"), 1, 4, start + PAUSE / 2), None);
        assert_eq!(gate.pass(Some("Inbox"), 2, 4, start + PAUSE), report(None, 2, 4));
    }

    #[test]
    fn the_position_never_goes_back_and_stays_within_its_maximum() {
        let mut gate = Gate::default();
        let mut clock = Clock(Instant::now());
        let mut last = 0;
        for (done, total) in [(0, 10), (5, 10), (10, 10), (1, 5), (5, 5), (30, 20), (3, 200), (200, 200), (1, u64::MAX)] {
            let report = gate.pass(None, done, total, clock.later()).unwrap();
            assert!(report.index >= last, "{report:?} after {last}");
            assert!(report.index <= report.maximum && report.maximum >= 1, "{report:?}");
            last = report.index;
        }
    }

    #[test]
    fn a_text_comes_once_until_it_changes() {
        let mut gate = Gate::default();
        let mut clock = Clock(Instant::now());
        assert_eq!(gate.pass(Some("Inbox"), 1, 3, clock.later()), report(Some("Inbox"), 1, 3));
        assert_eq!(gate.pass(Some(""), 1, 3, clock.later()), report(None, 1, 3));
        assert_eq!(gate.pass(Some("Inbox"), 2, 3, clock.later()), report(None, 2, 3));
        assert_eq!(gate.pass(Some("Sent"), 3, 3, clock.later()), report(Some("Sent"), 3, 3));
    }

    #[test]
    fn nothing_passes_a_closed_gate() {
        let mut gate = Gate::default();
        gate.close();
        assert_eq!(gate.pass(Some("Inbox"), 1, 3, Instant::now()), None);
    }
}
