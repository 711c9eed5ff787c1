//! The report as JSON.

use crate::conformance::{Contract, Outcome, Report};
use std::fmt::Write;

pub(super) fn write(report: &Report) -> String {
    let count = report.count();
    let mut json = format!(
        "{{\n  \"subject\": {},\n  \"passed\": {},\n  \"failed\": {},\n  \"notApplicable\": {},\n  \"milliseconds\": {},\n",
        quote(&report.subject),
        count.passed,
        count.failed,
        count.not_applicable,
        report.took.as_millis()
    );
    let checks: Vec<String> = report
        .results
        .iter()
        .map(|result| {
            let check = result.check;
            let contract = match check.contract {
                Contract::Assertion(number) => format!("\"assertion\": {number}"),
                Contract::Section(section) => format!("\"section\": {}", quote(section)),
            };
            let outcome = match &result.outcome {
                Outcome::Passed => "\"outcome\": \"passed\"".to_string(),
                Outcome::Failed {
                    called,
                    expected,
                    came,
                } => format!(
                    "\"outcome\": \"failed\", \"called\": {}, \"expected\": {}, \"came\": {}",
                    quote(called),
                    quote(expected),
                    quote(came)
                ),
                Outcome::NotApplicable { because } => format!(
                    "\"outcome\": \"notApplicable\", \"because\": {}",
                    quote(because)
                ),
            };
            format!(
                "    {{\"id\": {}, {contract}, \"interface\": {}, \"method\": {}, \"expectation\": {}, \"page\": {}, {outcome}, \"milliseconds\": {}}}",
                quote(check.id),
                quote(check.interface()),
                quote(check.method()),
                quote(check.expectation),
                quote(check.page),
                result.took.as_millis()
            )
        })
        .collect();
    // A String takes whatever is written to it.
    let _ = write!(json, "  \"checks\": [\n{}\n  ]\n}}\n", checks.join(",\n"));
    json
}

fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            character if character < ' ' => {
                // A String takes whatever is written to it.
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_control_characters_are_escaped() {
        assert_eq!(quote("a\"b\\c\nd\u{1}é"), "\"a\\\"b\\\\c\\nd\\u0001é\"");
    }
}
