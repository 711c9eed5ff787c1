//! What came of a run, and the ways to write it down.

mod html;
mod json;
mod junit;
mod text;

use crate::conformance::{Check, Outcome};
use std::path::Path;
use std::time::Duration;

/// What came of one check.
pub struct CheckReport {
    /// The check.
    pub check: &'static Check,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

impl CheckReport {
    /// One line: the outcome and the check.
    pub fn line(&self) -> String {
        match &self.outcome {
            Outcome::Passed => format!("ok    {}", self.check.id),
            Outcome::Failed { came, .. } => format!("FAIL  {}: came {came}", self.check.id),
            Outcome::NotApplicable { because } => format!("-     {}: {because}", self.check.id),
        }
    }
}

/// What came of a run.
pub struct Report {
    /// The provider.
    pub subject: String,
    /// The checks in the order in which they ran.
    pub results: Vec<CheckReport>,
    /// How long it all took.
    pub took: Duration,
}

/// How many checks ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// As they should.
    pub passed: usize,
    /// Not as they should.
    pub failed: usize,
    /// About something that the provider does not offer and need not.
    pub not_applicable: usize,
}

impl Count {
    fn of<'a>(results: impl Iterator<Item = &'a CheckReport>) -> Self {
        let mut count = Self::default();
        for result in results {
            match result.outcome {
                Outcome::Passed => count.passed += 1,
                Outcome::Failed { .. } => count.failed += 1,
                Outcome::NotApplicable { .. } => count.not_applicable += 1,
            }
        }
        count
    }
}

impl Report {
    /// How many checks ended in which way.
    pub fn count(&self) -> Count {
        Count::of(self.results.iter())
    }

    /// Whether no check failed and at least one passed.
    pub fn is_success(&self) -> bool {
        let count = self.count();
        count.failed == 0 && count.passed > 0
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &CheckReport> {
        self.results
            .iter()
            .filter(|result| matches!(result.outcome, Outcome::Failed { .. }))
    }

    /// One line: `conformance: N passed, N failed, N not applicable`.
    pub fn summary(&self) -> String {
        let count = self.count();
        format!(
            "conformance: {} passed, {} failed, {} not applicable",
            count.passed, count.failed, count.not_applicable
        )
    }

    /// Readable text: the failures, what is not applicable, and the summary.
    pub fn text(&self) -> String {
        text::write(self)
    }

    /// JSON, one object.
    pub fn json(&self) -> String {
        json::write(self)
    }

    /// JUnit XML, as continuous integration reads it.
    pub fn junit(&self) -> String {
        junit::write(self)
    }

    /// A page for people, with everything it needs in one file.
    pub fn html(&self) -> String {
        html::write(self)
    }

    /// Writes `conformance.txt`, `.json`, `.xml` and `.html` to a directory, which is made if need be.
    ///
    /// # Errors
    /// Fails if the directory or a file cannot be written.
    pub fn save(&self, directory: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(directory)?;
        std::fs::write(directory.join("conformance.txt"), self.text())?;
        std::fs::write(directory.join("conformance.json"), self.json())?;
        std::fs::write(directory.join("conformance.xml"), self.junit())?;
        std::fs::write(directory.join("conformance.html"), self.html())
    }

    /// Panics if a check failed, with what failed and how.
    ///
    /// # Panics
    /// As said.
    #[track_caller]
    pub fn assert_success(&self) {
        assert!(self.is_success(), "{}", self.text());
    }
}

/// Where a page of Microsoft's documentation is; `None` for statements that rest on no page.
fn page_address(page: &str) -> Option<String> {
    let base = "https://learn.microsoft.com/en-us/office/client-developer/outlook";
    (!page.is_empty()).then(|| format!("{base}/mapi/{page}"))
}
