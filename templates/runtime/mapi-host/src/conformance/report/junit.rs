//! The report as JUnit XML.

use crate::conformance::{Outcome, Report};

pub(super) fn write(report: &Report) -> String {
    let count = report.count();
    let cases: Vec<String> = report
        .results
        .iter()
        .map(|result| {
            let check = result.check;
            let inner = match &result.outcome {
                Outcome::Passed => String::new(),
                Outcome::NotApplicable { because } => {
                    format!("<skipped message=\"{}\"/>", escape(because))
                }
                Outcome::Failed {
                    called,
                    expected,
                    came,
                } => format!(
                    "<failure message=\"{}\">{}\ncalled: {}\nexpected: {}\ncame: {}\npage: {}</failure>",
                    escape(came),
                    escape(check.expectation),
                    escape(called),
                    escape(expected),
                    escape(came),
                    escape(check.page)
                ),
            };
            format!(
                "  <testcase name=\"{}\" classname=\"{}\" time=\"{:.3}\">{inner}</testcase>\n",
                escape(check.id),
                escape(check.interface()),
                result.took.as_secs_f64()
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3}\">\n{}</testsuite>\n",
        escape(&report.subject),
        report.results.len(),
        count.failed,
        count.not_applicable,
        report.took.as_secs_f64(),
        cases.concat()
    )
}

/// Makes text fit for XML and HTML, in and out of attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(character),
            // XML cannot say these, not even as references.
            character if character < ' ' || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_an_attribute() {
        assert_eq!(
            escape("<a b='\"&\u{1}'>"),
            "&lt;a b=&#39;&quot;&amp;\u{fffd}&#39;&gt;"
        );
    }
}
