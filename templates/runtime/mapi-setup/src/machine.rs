//! The machine that is worked on.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mapi_store::entry::expand_with;
use mapi_store::entry::registration::Architecture;
use mapi_store::entry::registration::dll_path::{self, Finding};
use mapi_store::entry::registration::outlook::{self, Search};
use mapi_store::entry::registration::registry::Registry;

/// Answers the value of an environment variable.
pub type Variable = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Where things are found and written: the real machine, or one that a test made up.
pub struct Machine {
    pub(crate) registry: Arc<dyn Registry>,
    stub: Box<dyn outlook::Machine + Send + Sync>,
    variable: Variable,
    /// The path of the setup program that runs.
    pub(crate) program: PathBuf,
    /// What only one run at a time may write.
    pub(crate) lock: PathBuf,
    /// What is wrong with a DLL and its place.
    pub(crate) check: fn(&dll_path::Target<'_>) -> Vec<Finding>,
}

impl Machine {
    /// The machine that this program runs on.
    ///
    /// # Errors
    /// When the program cannot find itself.
    pub fn own() -> io::Result<Self> {
        Ok(Self {
            registry: own_registry(),
            stub: own_stub(),
            variable: Box::new(|name| env::var(name).ok().filter(|value| !value.is_empty())),
            program: env::current_exe()?,
            lock: env::temp_dir().join("mapi-setup"),
            check: dll_path::check,
        })
    }

    /// A machine that a test made up: its registry, the path of its setup program, what only one run at a time may write, its
    /// environment. It has no MAPI stub, and no DLL is loaded there.
    pub fn made_up(
        registry: Arc<dyn Registry>,
        program: PathBuf,
        lock: PathBuf,
        variable: Variable,
    ) -> Self {
        Self {
            registry,
            stub: Box::new(NoStub),
            variable,
            program,
            lock,
            check: |target| dll_path::path(target.fragment, target.path),
        }
    }

    /// A directory with its variable expanded, as programs of an architecture see it.
    pub(crate) fn expand(&self, text: &str, architecture: Architecture) -> PathBuf {
        expand_with(text, &|name| {
            let names: &[&str] = match (name.to_ascii_lowercase().as_str(), architecture) {
                ("programfiles", Architecture::X64) => &["ProgramW6432", "ProgramFiles"],
                ("programfiles", Architecture::X86) => &["ProgramFiles(x86)", "ProgramFiles"],
                ("commonprogramfiles", Architecture::X64) => {
                    &["CommonProgramW6432", "CommonProgramFiles"]
                }
                ("commonprogramfiles", Architecture::X86) => {
                    &["CommonProgramFiles(x86)", "CommonProgramFiles"]
                }
                _ => &[name],
            };
            names.iter().find_map(|name| (self.variable)(name))
        })
    }

    /// Every Outlook on the machine.
    pub(crate) fn outlooks(&self) -> Search {
        outlook::search(&*self.registry, &*self.stub)
    }

    /// Whether a path is the file of this very process, which cannot simply be deleted on Windows.
    pub(crate) fn runs_from(&self, path: &Path) -> bool {
        self.is_own(path) && env::current_exe().is_ok_and(|program| program == self.program)
    }

    /// Whether a path is the setup program.
    pub(crate) fn is_own(&self, path: &Path) -> bool {
        let same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        };
        same(path, &self.program)
    }
}

#[cfg(windows)]
fn own_registry() -> Arc<dyn Registry> {
    Arc::new(mapi_store::entry::registration::registry::WindowsRegistry)
}

/// Off Windows there is none, and no Outlook in it.
#[cfg(not(windows))]
fn own_registry() -> Arc<dyn Registry> {
    Arc::new(mapi_store::entry::registration::registry::MemoryRegistry::new())
}

#[cfg(windows)]
fn own_stub() -> Box<dyn outlook::Machine + Send + Sync> {
    Box::new(mapi_store::entry::registration::ThisMachine)
}

#[cfg(not(windows))]
fn own_stub() -> Box<dyn outlook::Machine + Send + Sync> {
    Box::new(NoStub)
}

/// A machine without MAPI.
struct NoStub;

impl outlook::Machine for NoStub {
    fn architecture(&self) -> Architecture {
        Architecture::own()
    }

    fn component_path(
        &self,
        _: &mapi_store::entry::registration::registry::Value,
        _: Option<&mapi_store::entry::registration::registry::Value>,
    ) -> Option<PathBuf> {
        None
    }

    fn system_directory(&self, _: Architecture) -> Option<PathBuf> {
        None
    }
}
