//! The report as text.

use crate::conformance::{Outcome, Report};
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) fn write(report: &Report) -> String {
    let mut text = format!("MAPI store provider: {}\n", report.subject);
    // A String takes whatever is written to it.
    let _ = write_to(&mut text, report);
    text
}

fn write_to(text: &mut String, report: &Report) -> std::fmt::Result {
    for result in report.failures() {
        let Outcome::Failed {
            called,
            expected,
            came,
        } = &result.outcome
        else {
            continue;
        };
        let check = result.check;
        writeln!(text, "\nFAILED {} ({})", check.id, check.contract)?;
        writeln!(text, "  {}: {}", check.call, check.expectation)?;
        writeln!(text, "  called    {called}")?;
        writeln!(text, "  expected  {expected}")?;
        writeln!(text, "  came      {came}")?;
        if !check.page.is_empty() {
            writeln!(text, "  page      {}", check.page)?;
        }
    }
    let mut skipped: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for result in &report.results {
        if let Outcome::NotApplicable { because } = &result.outcome {
            skipped.entry(because).or_default().push(result.check.id);
        }
    }
    for (because, checks) in skipped {
        writeln!(text, "\nNot applicable, because {because}:")?;
        for check in checks {
            writeln!(text, "  {check}")?;
        }
    }
    writeln!(
        text,
        "\n{} in {:.1} s",
        report.summary(),
        report.took.as_secs_f32()
    )
}
