//! The registry of checks and the reports.

use super::*;
use std::collections::BTreeSet;
use std::time::Duration;

#[test]
fn every_check_has_a_name_of_its_own_and_says_what_it_is_about() {
    let mut names = BTreeSet::new();
    for check in checks::all() {
        assert!(names.insert(check.id), "{} is there twice", check.id);
        assert!(check.expectation.ends_with('.'), "{}", check.id);
        assert!(!check.interface().is_empty() && !check.method().is_empty());
        let is_page =
            |character: char| character.is_ascii_lowercase() || "-_.0123456789".contains(character);
        assert!(
            check.page.chars().all(is_page),
            "{}: {}",
            check.id,
            check.page
        );
    }
    assert!(names.len() > 400);
}

#[test]
fn every_assertion_has_a_check() {
    let checked: BTreeSet<u8> = checks::all()
        .iter()
        .filter_map(|check| match check.contract {
            Contract::Assertion(number) => Some(number),
            Contract::Section(_) => None,
        })
        .collect();
    for number in 1..=115 {
        assert!(checked.contains(&number), "assertion {number}");
    }
}

fn report() -> Report {
    let outcomes = [
        Outcome::Passed,
        Outcome::Failed {
            called: "a <call>".into(),
            expected: "\"this\" & that".into(),
            came: "line one\nline two".into(),
        },
        Outcome::NotApplicable {
            because: "STORE_SEARCH_OK is not claimed".into(),
        },
    ];
    let results = checks::all()
        .into_iter()
        .zip(outcomes)
        .map(|(check, outcome)| CheckReport {
            check,
            outcome,
            took: Duration::from_millis(7),
        })
        .collect();
    Report {
        subject: "Contoso <Archive>".into(),
        results,
        took: Duration::from_secs(1),
    }
}

#[test]
fn a_report_counts() {
    let report = report();
    let count = Count {
        passed: 1,
        failed: 1,
        not_applicable: 1,
    };
    assert_eq!(report.count(), count);
    assert_eq!(
        report.summary(),
        "conformance: 1 passed, 1 failed, 1 not applicable"
    );
    assert!(!report.is_success());
    assert_eq!(report.failures().count(), 1);
}

#[test]
fn nothing_run_is_no_success() {
    let mut report = report();
    report
        .results
        .retain(|result| matches!(result.outcome, Outcome::NotApplicable { .. }));
    assert!(!report.is_success());
}

#[test]
fn reports_say_what_failed_and_break_nothing() {
    let report = report();
    let text = report.text();
    assert!(text.contains("a <call>") && text.contains("line one\nline two"));
    assert!(text.contains("because STORE_SEARCH_OK is not claimed:"));
    let json = report.json();
    assert!(json.contains(r#""expected": "\"this\" & that""#));
    assert!(json.contains(r#""came": "line one\nline two""#));
    let junit = report.junit();
    assert!(junit.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""));
    assert!(junit.contains("a &lt;call&gt;"));
    let html = report.html();
    assert!(html.contains("Contoso &lt;Archive&gt;") && !html.contains("<Archive>"));
    assert!(html.contains("&quot;this&quot; &amp; that"));
    assert!(
        !html.contains("src=") && !html.contains("@import"),
        "the page needs no other file"
    );
}

#[test]
fn reports_are_saved_together() {
    let directory = crate::host::TestDirectory::new();
    report().save(&directory.join("reports")).unwrap();
    for kind in ["txt", "json", "xml", "html"] {
        let path = directory
            .join("reports")
            .join(format!("conformance.{kind}"));
        assert!(std::fs::metadata(path).unwrap().len() > 0);
    }
}

#[test]
fn checks_are_chosen_by_parts_of_their_names() {
    let chosen = Suite::new().only(["D70-", "A9-a-thousand"]);
    assert!(
        chosen
            .checks()
            .iter()
            .all(|check| check.id.starts_with("D70-") || check.id.starts_with("A9-"))
    );
    assert_eq!(
        Suite::new().only([""; 0]).checks().len(),
        checks::all().len()
    );
}

#[test]
fn a_provider_that_refuses_to_start_fails_and_skips_nothing() {
    unsafe extern "C" fn init(
        _: mapi_abi::HINSTANCE,
        _: *mut std::ffi::c_void,
        _: Option<mapi_abi::ALLOCATEBUFFER>,
        _: Option<mapi_abi::ALLOCATEMORE>,
        _: Option<mapi_abi::FREEBUFFER>,
        _: u32,
        _: u32,
        _: *mut u32,
        provider: *mut *mut std::ffi::c_void,
    ) -> windows_core::HRESULT {
        // SAFETY: the host hands in a place for the pointer.
        unsafe { provider.write(std::ptr::null_mut()) };
        mapi_abi::MAPI_E_CALL_FAILED
    }
    unsafe extern "system" fn entry(
        _: mapi_abi::HINSTANCE,
        _: *mut std::ffi::c_void,
        _: *mut std::ffi::c_void,
        _: usize,
        _: u32,
        _: u32,
        _: u32,
        _: *const mapi_abi::SPropValue,
        _: *mut std::ffi::c_void,
        error: *mut *mut mapi_abi::MAPIERROR,
    ) -> windows_core::HRESULT {
        // SAFETY: the host hands in a place for the pointer.
        unsafe { error.write(std::ptr::null_mut()) };
        mapi_abi::S_OK
    }
    let provider = crate::Provider::from_entry_points(init, entry);
    let report = Suite::new().run(&Subject::new("nothing", provider));
    let count = report.count();
    // It asks for no settings and has no files, so a few checks about those have nothing to say.
    assert!(
        count.failed > 400 && count.not_applicable <= 16,
        "{}",
        report.summary()
    );
}
