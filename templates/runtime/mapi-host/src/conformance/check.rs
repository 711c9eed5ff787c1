//! What a check is, and how it ends.

use crate::conformance::{Context, Observation, Subject};
use crate::host::{Failure, code_text};
use std::fmt;

/// The part of the contract of a message store provider that a check comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contract {
    /// One of the numbered assertions, 1 to 115.
    Assertion(u8),
    /// A row in one of the sections about interfaces, properties, memory and notifications.
    Section(&'static str),
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assertion(number) => write!(f, "assertion {number}"),
            Self::Section(section) => write!(f, "section {section}"),
        }
    }
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Not as it should.
    Failed {
        /// What was called.
        called: String,
        /// What the contract says about the answer.
        expected: String,
        /// The answer.
        came: String,
    },
    /// The provider does not claim to do what the check is about, and need not.
    NotApplicable {
        /// The support-mask bit or the interface that is missing.
        because: String,
    },
}

/// What a check does.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    /// Drives a provider of its own.
    Single(fn(&Context) -> Verdict),
    /// Looks at what is known of the provider, without running it.
    Facts(fn(&Subject) -> Verdict),
    /// Judges what all other checks have left behind.
    Whole(fn(&[Observation]) -> Verdict),
}

/// A statement about providers, and the means to find out whether it is true of one.
pub struct Check {
    /// Its name: never changes, so that reports of different times can be compared.
    pub id: &'static str,
    /// Where it comes from.
    pub contract: Contract,
    /// What it is about: interface and method, or an entry point.
    pub call: &'static str,
    /// What is expected, in one sentence.
    pub expectation: &'static str,
    /// The page of Microsoft's documentation; empty if the statement follows from the rules of COM alone.
    pub page: &'static str,
    pub(crate) body: Body,
}

impl Check {
    pub(crate) const fn new(
        id: &'static str,
        contract: Contract,
        call: &'static str,
        page: &'static str,
        expectation: &'static str,
        body: fn(&Context) -> Verdict,
    ) -> Self {
        Self {
            id,
            contract,
            call,
            expectation,
            page,
            body: Body::Single(body),
        }
    }

    pub(crate) const fn whole(
        id: &'static str,
        contract: Contract,
        call: &'static str,
        page: &'static str,
        expectation: &'static str,
        body: fn(&[Observation]) -> Verdict,
    ) -> Self {
        Self {
            id,
            contract,
            call,
            expectation,
            page,
            body: Body::Whole(body),
        }
    }

    pub(crate) const fn facts(
        id: &'static str,
        contract: Contract,
        call: &'static str,
        page: &'static str,
        expectation: &'static str,
        body: fn(&Subject) -> Verdict,
    ) -> Self {
        Self {
            id,
            contract,
            call,
            expectation,
            page,
            body: Body::Facts(body),
        }
    }

    /// The interface, or "Entry points".
    pub fn interface(&self) -> &'static str {
        match self.call.split_once("::") {
            Some((interface, _)) => interface,
            None => "Entry points",
        }
    }

    /// The method, or the name of the entry point.
    pub fn method(&self) -> &'static str {
        match self.call.split_once("::") {
            Some((_, method)) => method,
            None => self.call,
        }
    }
}

/// Why a check ends before its end.
pub(crate) enum Stop {
    Failed {
        called: String,
        expected: String,
        came: String,
    },
    NotApplicable(String),
}

/// How the body of a check ends.
pub(crate) type Verdict = Result<(), Stop>;

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed {
            called: failure.call.into(),
            expected: "success".into(),
            came: code_text(failure.code),
        }
    }
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Ok(()) => Self::Passed,
            Err(Stop::NotApplicable(because)) => Self::NotApplicable { because },
            Err(Stop::Failed {
                called,
                expected,
                came,
            }) => Self::Failed {
                called,
                expected,
                came,
            },
        }
    }
}
