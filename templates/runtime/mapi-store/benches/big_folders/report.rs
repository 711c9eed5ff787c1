//! Taking both sides of a line in turns, and the table at the end.

use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode};

/// What a line is to reach.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// Our time over the raw one, at most.
    Ratio(f64),
    /// Our time, at most.
    Time(Duration),
    /// Our time over that of the smallest store, at most.
    Growth(f64),
    /// Our bytes, at most.
    Bytes(u64),
    /// Only printed.
    None,
}

/// A line of the table.
struct Line {
    name: String,
    size: usize,
    ours: Measure,
    raw: Option<Measure>,
    goal: Goal,
    note: String,
}

/// What was measured.
#[derive(Clone, Copy, Debug)]
enum Measure {
    Time(Duration),
    Bytes(u64),
}

/// The lines so far.
pub struct Report {
    criterion: Criterion,
    filter: Option<String>,
    lines: Vec<Line>,
}

impl Report {
    pub fn new(filter: Option<String>) -> Self {
        let criterion = Criterion::default()
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_millis(1500))
            .output_directory(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion"))
            .without_plots();
        Self {
            criterion,
            filter,
            lines: Vec::new(),
        }
    }

    pub fn wants(&self, name: &str) -> bool {
        self.filter
            .as_ref()
            .is_none_or(|filter| name.contains(filter.as_str()))
    }

    /// Runs both sides in turns and keeps the medians.
    pub fn pair(
        &mut self,
        name: &str,
        size: usize,
        goal: Goal,
        ours: impl FnMut(),
        raw: impl FnMut(),
    ) {
        self.pair_after(name, size, goal, || {}, ours, raw);
    }

    /// The same, with something to be done before each turn that does not count.
    pub fn pair_after(
        &mut self,
        name: &str,
        size: usize,
        goal: Goal,
        mut before: impl FnMut(),
        mut ours: impl FnMut(),
        mut raw: impl FnMut(),
    ) {
        if !self.wants(name) {
            return;
        }
        let mut times: [Vec<Duration>; 2] = [Vec::new(), Vec::new()];
        let mut group = self.criterion.benchmark_group(name);
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.bench_function(size.to_string(), |bencher| {
            bencher.iter_custom(|iterations| {
                let mut sum = Duration::ZERO;
                for turn in 0..iterations {
                    before();
                    let (first, second) = if turn % 2 == 0 {
                        let first = time(&mut ours);
                        (first, time(&mut raw))
                    } else {
                        let second = time(&mut raw);
                        (time(&mut ours), second)
                    };
                    times[0].push(first);
                    times[1].push(second);
                    sum += first;
                }
                sum
            });
        });
        group.finish();
        let [ours, raw] = times.map(median);
        self.lines.push(Line {
            name: name.into(),
            size,
            ours: Measure::Time(ours),
            raw: Some(Measure::Time(raw)),
            goal,
            note: String::new(),
        });
    }

    /// Takes a time as it is: that of a call which happens once.
    pub fn once(
        &mut self,
        name: &str,
        size: usize,
        goal: Goal,
        ours: Vec<Duration>,
        raw: Option<Duration>,
    ) {
        let count = ours.len();
        self.lines.push(Line {
            name: name.into(),
            size,
            ours: Measure::Time(median(ours)),
            raw: raw.map(Measure::Time),
            goal,
            note: format!("median of {count} stores opened anew"),
        });
    }

    /// Takes a number of bytes; `raw` is what it is compared with.
    pub fn bytes(&mut self, name: &str, size: usize, goal: Goal, bytes: u64, note: String) {
        self.lines.push(Line {
            name: name.into(),
            size,
            ours: Measure::Bytes(bytes),
            raw: None,
            goal,
            note,
        });
    }

    /// Adds the line that sets the first rows of the largest store beside those of the smallest.
    pub fn compare_sizes(&mut self) {
        let name = crate::lines::FIRST_ROWS;
        let mut found: Vec<(usize, Measure)> = self
            .lines
            .iter()
            .filter(|line| line.name == name)
            .map(|line| (line.size, line.ours))
            .collect();
        found.sort_by_key(|(size, _)| *size);
        if let [(smallest, first), .., (size, last)] = found[..] {
            self.lines.push(Line {
                name: format!("{name}, beside {smallest}"),
                size,
                ours: last,
                raw: Some(first),
                goal: Goal::Growth(1.5),
                note: format!("raw: ours with {smallest}"),
            });
        }
    }

    pub fn print(&self) {
        let rows: Vec<[String; 6]> = self.lines.iter().map(Line::cells).collect();
        let heads = ["what", "messages", "ours", "raw", "ratio", "goal"];
        let width = |column: usize| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .chain([heads[column].len()])
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..6).map(width).collect();
        let print = |cells: &[String; 6]| {
            println!(
                "| {:<w0$} | {:>w1$} | {:>w2$} | {:>w3$} | {:>w4$} | {:<w5$} |",
                cells[0],
                cells[1],
                cells[2],
                cells[3],
                cells[4],
                cells[5],
                w0 = widths[0],
                w1 = widths[1],
                w2 = widths[2],
                w3 = widths[3],
                w4 = widths[4],
                w5 = widths[5],
            );
        };
        println!();
        print(&heads.map(String::from));
        println!(
            "|{}|",
            widths
                .iter()
                .map(|width| "-".repeat(width + 2))
                .collect::<Vec<_>>()
                .join("|")
        );
        rows.iter().for_each(print);
    }
}

impl Line {
    fn cells(&self) -> [String; 6] {
        let ratio = match (self.ours, self.raw) {
            (Measure::Time(ours), Some(Measure::Time(raw))) => {
                Some(ours.as_secs_f64() / raw.as_secs_f64().max(1e-9))
            }
            _ => None,
        };
        let (limit, part) = match (self.goal, self.ours) {
            (Goal::Ratio(limit), _) => (format!("≤ {limit}x"), ratio.map(|ratio| ratio / limit)),
            (Goal::Growth(limit), _) => (
                format!("≤ {limit}x the smallest"),
                ratio.map(|ratio| ratio / limit),
            ),
            (Goal::Time(limit), Measure::Time(ours)) => (
                format!("≤ {}", show_time(limit)),
                Some(ours.as_secs_f64() / limit.as_secs_f64()),
            ),
            (Goal::Bytes(limit), Measure::Bytes(ours)) => (
                format!("≤ {}", show_bytes(limit)),
                Some(ours as f64 / limit as f64),
            ),
            _ => (String::new(), None),
        };
        let verdict = match part {
            Some(part) if part <= 1.0 => format!("{limit}: met"),
            Some(part) => format!("{limit}: missed, {part:.2} times that"),
            None => limit,
        };
        let note = match (verdict.is_empty(), self.note.is_empty()) {
            (_, true) => verdict,
            (true, false) => self.note.clone(),
            (false, false) => format!("{verdict} ({})", self.note),
        };
        [
            self.name.clone(),
            self.size.to_string(),
            self.ours.to_string(),
            self.raw.map_or_else(String::new, |raw| raw.to_string()),
            ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
            note,
        ]
    }
}

impl std::fmt::Display for Measure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&match self {
            Self::Time(time) => show_time(*time),
            Self::Bytes(bytes) => show_bytes(*bytes),
        })
    }
}

fn show_time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        ..1000.0 => format!("{micros:.1} µs"),
        ..1e6 => format!("{:.2} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

fn show_bytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

fn time(work: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// The middle one.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
