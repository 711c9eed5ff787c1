//! Resident memory, in processes of their own: what others measured before would count too.

use std::process::{Command, ExitCode};

use mapi_abi::*;
use mapi_host::Table;

use crate::lines::{by_delivery, page, sort};
use crate::mailbox::{self, Client};
use crate::report::{Goal, Report};

/// Tables open at the same time.
const TABLES: usize = 200;

/// Measures in processes of their own and adds the lines.
pub fn report(size: usize, report: &mut Report) {
    if !report.wants("resident") {
        return;
    }
    mailbox::build(0);
    let Some(empty) = child("page", 0) else {
        println!("resident memory: not measured on this system");
        return;
    };
    let above = |what: &str| child(what, size).unwrap_or_default().saturating_sub(empty);
    let note = format!(
        "the empty store: {:.1} MiB",
        empty as f64 / f64::from(1 << 20)
    );
    report.bytes(
        "resident memory while paging all rows, above the empty store",
        size,
        Goal::Bytes(32 << 20),
        above("page"),
        note,
    );
    report.bytes(
        "resident memory of 200 open tables, ten orders",
        size,
        Goal::None,
        above("tables"),
        "above the empty store".into(),
    );
    report.bytes(
        "resident memory of 200 open tables, orders without an index among them",
        size,
        Goal::None,
        above("unindexed"),
        "above the empty store, at its peak".into(),
    );
}

fn child(what: &str, size: usize) -> Option<u64> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new(program)
        .args(["resident", what, &size.to_string()])
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// Does the work and prints the most bytes that were resident meanwhile; nothing where that cannot be told.
pub fn measure(what: &str, size: usize) -> ExitCode {
    let client = Client::new(size);
    let session = client.logon();
    let inbox = session.inbox().expect("there is an inbox");
    let mut peak = resident();
    let mut look = || {
        peak = peak.max(resident());
    };
    if what == "page" {
        let table = by_delivery(&inbox);
        let mut pages = 0;
        while page(&table, 50) > 0 {
            pages += 1;
            if pages % 100 == 0 {
                look();
            }
        }
        look();
    } else {
        let tags: &[u32] = if what == "tables" {
            &[
                PR_MESSAGE_DELIVERY_TIME,
                PR_SUBJECT,
                PR_SENT_REPRESENTING_NAME,
                PR_MESSAGE_SIZE,
                PR_DISPLAY_TO,
            ]
        } else {
            &[PR_MESSAGE_DELIVERY_TIME, PR_CREATION_TIME, PR_IMPORTANCE]
        };
        let tables: Vec<Table> = (0..TABLES)
            .map(|number| {
                let table = by_delivery(&inbox);
                sort(
                    &table,
                    tags[number % tags.len()],
                    (number / tags.len()).is_multiple_of(2),
                );
                page(&table, 50);
                table
                    .seek(BOOKMARK_BEGINNING, (size / 2) as i32)
                    .expect("seek");
                page(&table, 50);
                look();
                table
            })
            .collect();
        look();
        drop(tables);
    }
    if let Some(peak) = peak {
        println!("{peak}");
    }
    ExitCode::SUCCESS
}

#[cfg(target_os = "linux")]
fn resident() -> Option<u64> {
    let statistics = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statistics.split(' ').nth(1)?.parse().ok()?;
    // The page size of every machine that this was run on; a larger one would show as an absurd number.
    Some(pages * 4096)
}

#[cfg(windows)]
fn resident() -> Option<u64> {
    #[repr(C)]
    #[derive(Default)]
    struct Counters {
        size: u32,
        page_faults: u32,
        peak_working_set: usize,
        working_set: usize,
        others: [usize; 6],
    }
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetCurrentProcess() -> *mut std::ffi::c_void;
        fn K32GetProcessMemoryInfo(
            process: *mut std::ffi::c_void,
            counters: *mut Counters,
            size: u32,
        ) -> i32;
    }
    let size = size_of::<Counters>() as u32;
    let mut counters = Counters {
        size,
        ..Counters::default()
    };
    // SAFETY: the counters have the size that they say.
    let done = unsafe { K32GetProcessMemoryInfo(GetCurrentProcess(), &mut counters, size) };
    (done != 0).then_some(counters.working_set as u64)
}

#[cfg(not(any(windows, target_os = "linux")))]
fn resident() -> Option<u64> {
    None
}
