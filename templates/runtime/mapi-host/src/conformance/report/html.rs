//! The report as a page.

use super::junit::escape;
use super::page_address;
use crate::conformance::{CheckReport, Count, Outcome, Report};
use std::collections::BTreeMap;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

pub(super) fn write(report: &Report) -> String {
    let count = report.count();
    let verdict = if report.is_success() { "good" } else { "bad" };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{name}: MAPI conformance</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header class=\"{verdict}\">\n<p class=\"kind\">MAPI store provider conformance</p>\n<h1>{name}</h1>\n\
         <ul class=\"counts\">{}{}{}</ul>\n{bar}\n\
         <p class=\"time\">{} checks in {:.1} s</p>\n</header>\n<main>\n{failures}{matrix}{all}</main>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        counted("passed", count.passed, "passed"),
        counted("failed", count.failed, "failed"),
        counted("skipped", count.not_applicable, "not applicable"),
        report.results.len(),
        report.took.as_secs_f32(),
        name = escape(&report.subject),
        bar = bar(count),
        failures = failures(report),
        matrix = matrix(report),
        all = all(report),
    )
}

/// A number that shows its checks in the table.
fn counted(class: &str, number: usize, word: &str) -> String {
    format!(
        "<li class=\"{class}\"><a href=\"#checks\" data-filter=\"outcome: {word}\"><b>{number}</b> {word}</a></li>"
    )
}

fn bar(count: Count) -> String {
    let part = |class: &str, number: usize| {
        if number == 0 {
            String::new()
        } else {
            format!("<i class=\"{class}\" style=\"flex-grow:{number}\"></i>")
        }
    };
    format!(
        "<div class=\"bar\" aria-hidden=\"true\">{}{}{}</div>",
        part("failed", count.failed),
        part("passed", count.passed),
        part("skipped", count.not_applicable)
    )
}

fn failures(report: &Report) -> String {
    let items: String = report.failures().map(card).collect();
    if items.is_empty() {
        return String::new();
    }
    format!("<section>\n<h2>Failures</h2>\n{items}</section>\n")
}

fn card(result: &CheckReport) -> String {
    let Outcome::Failed {
        called,
        expected,
        came,
    } = &result.outcome
    else {
        return String::new();
    };
    let check = result.check;
    format!(
        "<article class=\"card\" id=\"{id}\">\n<h3>{call}</h3>\n<p>{expectation}</p>\n<dl><dt>Called</dt><dd>{}</dd>\
         <dt>Expected</dt><dd>{}</dd><dt>Came</dt><dd class=\"came\">{}</dd></dl>\n\
         <p class=\"source\"><code>{id}</code> · {contract}{page}</p>\n</article>\n",
        escape(called),
        escape(expected),
        escape(came),
        id = escape(check.id),
        call = escape(check.call),
        expectation = escape(check.expectation),
        contract = escape(&check.contract.to_string()),
        page = page(check.page),
    )
}

/// Interfaces with their methods, each as good as its worst check.
fn matrix(report: &Report) -> String {
    let mut interfaces: BTreeMap<&str, BTreeMap<&str, Vec<&CheckReport>>> = BTreeMap::new();
    for result in &report.results {
        let methods = interfaces.entry(result.check.interface()).or_default();
        let results = methods.entry(result.check.method()).or_default();
        results.push(result);
    }
    let rows: String = interfaces
        .iter()
        .map(|(interface, methods)| {
            let cells: String = methods
                .iter()
                .map(|(method, results)| {
                    let count = Count::of(results.iter().copied());
                    let class = class_of(count);
                    let total = results.len();
                    format!(
                        "<a class=\"cell {class}\" href=\"#checks\" data-filter=\"{call}\" title=\"{title}\">\
                         {method} <b>{}</b></a>",
                        if count.failed > 0 {
                            format!("{}/{total}", count.failed)
                        } else {
                            total.to_string()
                        },
                        call = escape(results[0].check.call),
                        title = escape(&format!(
                            "{} passed, {} failed, {} not applicable",
                            count.passed, count.failed, count.not_applicable
                        )),
                        method = escape(method),
                    )
                })
                .collect();
            format!(
                "<div class=\"row\"><h3>{}</h3><div class=\"cells\">{cells}</div></div>\n",
                escape(interface)
            )
        })
        .collect();
    format!(
        "<section>\n<h2>By interface and method</h2>\n<p class=\"hint\">The number of checks of a method, or of failures \
         out of them. A click shows the checks.</p>\n<div class=\"matrix\">\n{rows}</div>\n</section>\n"
    )
}

fn class_of(count: Count) -> &'static str {
    if count.failed > 0 {
        "failed"
    } else if count.passed > 0 {
        "passed"
    } else {
        "skipped"
    }
}

fn all(report: &Report) -> String {
    let mut sorted: Vec<&CheckReport> = report.results.iter().collect();
    sorted.sort_by_key(|result| match result.outcome {
        Outcome::Failed { .. } => 0,
        Outcome::NotApplicable { .. } => 1,
        Outcome::Passed => 2,
    });
    let rows: String = sorted
        .into_iter()
        .map(|result| {
            let check = result.check;
            let (class, word, detail) = match &result.outcome {
                Outcome::Passed => ("passed", "passed", String::new()),
                Outcome::Failed { came, .. } => ("failed", "failed", came.clone()),
                Outcome::NotApplicable { because } => {
                    ("skipped", "not applicable", because.clone())
                }
            };
            let detail = if detail.is_empty() {
                detail
            } else {
                format!("<br><small>{}</small>", escape(&detail))
            };
            format!(
                "<tr class=\"{class}\"><td><span class=\"mark\">{word}</span></td>\
                 <td><code>{id}</code><br><small>{contract}{page}</small></td>\
                 <td>{call}</td><td>{expectation}{detail}</td><td class=\"number\">{} ms</td></tr>\n",
                result.took.as_millis(),
                id = escape(check.id),
                contract = escape(&check.contract.to_string()),
                page = page(check.page),
                call = escape(check.call),
                expectation = escape(check.expectation),
            )
        })
        .collect();
    format!(
        "<section id=\"checks\">\n<h2>All checks</h2>\n<p class=\"filter\"><input type=\"search\" id=\"filter\" \
         placeholder=\"Filter: text, interface or method\" aria-label=\"Filter\"></p>\n<div class=\"scroll\"><table>\n\
         <thead><tr><th>Outcome</th><th>Check</th><th>Call</th><th>Expectation</th><th>Time</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n</section>\n"
    )
}

fn page(page: &str) -> String {
    match page_address(page) {
        Some(address) => format!(" · <a href=\"{}\">{}</a>", escape(&address), escape(page)),
        None => String::new(),
    }
}
