//! The processes that the provider ran in.

use super::memory::summarize;
use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[Check::whole(
    "S1.2-no-process-dies",
    S("1.2"),
    "process",
    "",
    "In all checks no call of the provider, no thread that it left behind and no end of the process was a crash.",
    no_process_dies,
)];

fn no_process_dies(all: &[Observation]) -> Verdict {
    if all.iter().all(|one| !one.is_isolated) {
        return Err(not_applicable("the checks run in the suite's own process"));
    }
    let deaths: Vec<String> = all.iter().flat_map(|one| one.deaths.clone()).collect();
    summarize(
        "all checks",
        "processes that end when they are told to",
        &deaths,
    )
}
