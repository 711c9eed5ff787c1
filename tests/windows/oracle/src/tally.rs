//! What was compared, and what came of it.

use crate::signature::{Member, Signature, Slot};
use std::collections::BTreeSet;
use std::fmt::Display;
use windows_core::Interface;

/// A difference between the two sides.
struct Difference {
    /// What differs: an item, or a part of one.
    subject: String,
    /// How it is in mapi-abi and how with an oracle.
    how: String,
}

/// Counts of what was compared, and the differences.
#[derive(Default)]
pub struct Tally {
    /// Comparisons may be more than items: some items have two oracles.
    constants: BTreeSet<&'static str>,
    structures: BTreeSet<&'static str>,
    members: BTreeSet<String>,
    interfaces: BTreeSet<&'static str>,
    slots: BTreeSet<String>,
    functions: BTreeSet<&'static str>,
    differences: Vec<Difference>,
}

impl Tally {
    /// Compares the bits of a constant.
    pub fn constant(&mut self, oracle: &str, name: &'static str, ours: u128, theirs: u128) {
        self.constants.insert(name);
        if ours != theirs {
            self.differ(name, format!("{ours:#x}"), oracle, format!("{theirs:#x}"));
        }
    }

    /// Compares size, alignment and members of a structure or union.
    pub fn structure<Ours, Theirs>(
        &mut self,
        oracle: &str,
        name: &'static str,
        members: &[(&str, Member, Member)],
        in_one: &[&str],
    ) {
        self.structures.insert(name);
        let (ours, theirs) = (size_of::<Ours>(), size_of::<Theirs>());
        self.compare(&format!("{name}: size"), ours, oracle, theirs);
        let (ours, theirs) = (align_of::<Ours>(), align_of::<Theirs>());
        self.compare(&format!("{name}: alignment"), ours, oracle, theirs);
        for (member, ours, theirs) in members {
            let subject = format!("{name}.{member}");
            self.compare(&subject, *ours, oracle, *theirs);
            self.members.insert(subject);
        }
        self.only_in_one(oracle, name, in_one);
    }

    /// Compares identifier, length and slots of an interface.
    pub fn interface<Ours: Interface, Theirs: Interface>(
        &mut self,
        oracle: &str,
        name: &'static str,
        slots: &[(&str, Slot, Slot)],
        in_one: &[&str],
    ) {
        self.interfaces.insert(name);
        let (ours, theirs) = (Ours::IID, Theirs::IID);
        if ours != theirs {
            let [ours, theirs] = [ours, theirs].map(|iid| format!("{iid:?}"));
            self.differ(&format!("{name}: IID"), ours, oracle, theirs);
        }
        let slot = size_of::<usize>();
        let ours = size_of::<Ours::Vtable>() / slot;
        let theirs = size_of::<Theirs::Vtable>() / slot;
        self.compare(&format!("{name}: slots"), ours, oracle, theirs);
        for (method, ours, theirs) in slots {
            let subject = format!("{name}.{method}");
            self.compare(&subject, ours.clone(), oracle, theirs.clone());
            self.slots.insert(subject);
        }
        self.only_in_one(oracle, name, in_one);
    }

    /// Compares convention, parameters and result of a function type.
    pub fn function(
        &mut self,
        oracle: &str,
        name: &'static str,
        ours: Signature,
        theirs: Signature,
    ) {
        self.functions.insert(name);
        self.compare(name, ours, oracle, theirs);
    }

    /// Everything that is wrong: differences that nobody excused, and excuses for differences that are none.
    pub fn faults(&self, exceptions: &[(&str, &str)]) -> Vec<String> {
        let excused = |subject: &str| exceptions.iter().any(|(known, _)| *known == subject);
        let differs = |subject: &str| {
            self.differences
                .iter()
                .any(|found| found.subject == subject)
        };
        let mut faults = Vec::new();
        for Difference { subject, how } in &self.differences {
            if !excused(subject) {
                faults.push(format!("{subject}: {how}"));
            }
        }
        for (subject, _) in exceptions {
            if !differs(subject) {
                faults.push(format!(
                    "{subject}: listed as an exception, but both sides agree"
                ));
            }
        }
        faults
    }

    /// One line for a run without faults.
    pub fn summary(&self, exceptions: &[(&str, &str)], only_here: &[&str]) -> String {
        format!(
            "mapi-abi and Microsoft's bindings, {}-bit: {} constants, {} structures with {} members, \
             {} interfaces with {} slots, {} function types compared; {} differences, {} of them listed with reasons; \
             {} names are in mapi-abi only",
            usize::BITS,
            self.constants.len(),
            self.structures.len(),
            self.members.len(),
            self.interfaces.len(),
            self.slots.len(),
            self.functions.len(),
            self.differences.len(),
            exceptions.len(),
            only_here.len(),
        )
    }

    fn compare<T: PartialEq + Display>(&mut self, subject: &str, ours: T, oracle: &str, theirs: T) {
        if ours != theirs {
            self.differ(subject, ours, oracle, theirs);
        }
    }

    fn only_in_one(&mut self, oracle: &str, name: &str, in_one: &[&str]) {
        for part in in_one {
            self.differences.push(Difference {
                subject: format!("{name}.{part}"),
                how: format!("only one of mapi-abi and {oracle} has it"),
            });
        }
    }

    fn differ(&mut self, subject: &str, ours: impl Display, oracle: &str, theirs: impl Display) {
        self.differences.push(Difference {
            subject: subject.into(),
            how: format!("mapi-abi has {ours}, {oracle} has {theirs}"),
        });
    }
}
