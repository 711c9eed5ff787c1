//! Big folders: what a user feels of a contents table, beside hand-written SQL on the same file.
//!
//! `cargo bench -p mapi-store --bench big-folders` builds stores of 10 thousand, 100 thousand and 1 million messages through
//! the store's own batches, keeps them in the target directory for the next run, and prints a table: our calls through
//! `mapi-host`, interface pointers only; the same work by rusqlite; the ratio of both; and the goal. The environment
//! variable `BIG_FOLDERS` chooses other sizes (`BIG_FOLDERS=10000`), an argument the lines whose names contain it.
//!
//! Both sides of a line are run in turns, so that whatever else the machine does hits both; criterion drives the
//! sampling, the table has the medians. SQL reads its columns into owned values, as our side ends in rows that the caller
//! owns. MAPI's allocators are those of [`memory`]: a heap with linked blocks, without the checks of the host's own.
//! Resident memory is measured in processes of its own.

mod lines;
mod mailbox;
mod memory;
mod raw;
mod report;
mod resident;

use std::process::ExitCode;

use report::Report;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(["resident", what, size]) = arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .get(..3)
    {
        return resident::measure(what, size.parse().expect("a number of messages"));
    }
    let filter = arguments
        .into_iter()
        .find(|argument| !argument.starts_with('-'));
    let sizes: Vec<usize> = std::env::var("BIG_FOLDERS")
        .unwrap_or_else(|_| "10000,100000,1000000".into())
        .split(',')
        .map(|size| size.trim().parse().expect("a number of messages"))
        .collect();

    let mut report = Report::new(filter);
    for &size in &sizes {
        mailbox::build(size);
        lines::measure(size, &mut report);
    }
    report.compare_sizes();
    if let Some(&largest) = sizes.iter().max() {
        resident::report(largest, &mut report);
    }
    report.print();
    ExitCode::SUCCESS
}
