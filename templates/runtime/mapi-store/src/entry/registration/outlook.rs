//! Which Outlooks a machine has, of which architecture, and where their MAPISVC.INF files are.
//! \[how-to-get-path-of-specific-version-of-mapi-for-default-mail-client\]
//!
//! 1. Click-to-Run Office keeps its files below `root\VFS` of its directory; the path that Outlook itself sees is a view of
//!    that, so the real file is edited. With several languages there are several, and all of them are.
//! 2. For an Outlook that Windows Installer installed, the mail client's registration names a component, and
//!    `FGetComponentPath` of the MAPI stub its place. The stub answers programs of its own architecture only; for the other
//!    one, and where the stub knows nothing, the files are looked for where that installer puts them: below `System\MSMAPI`
//!    of the directory of common files. Which of several languages Outlook takes is not known then, so all are answered.
//! 3. Where there is no Outlook, the system directory may have a file.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::registry::{Registry, Root, Value};
use super::{Architecture, RegistrationError};

/// The file that lists MAPI's services.
pub const INF: &str = "MAPISVC.INF";

const CLICK_TO_RUN: [&str; 2] = [
    r"SOFTWARE\Microsoft\Office\ClickToRun",
    r"SOFTWARE\Microsoft\Office\15.0\ClickToRun",
];
const MAIL_CLIENT: &str = r"Software\Clients\Mail\Microsoft Outlook";
const CURRENT_VERSION: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion";
/// The versions of Office that Windows Installer installed, the newest first.
const VERSIONS: [&str; 4] = ["16.0", "15.0", "14.0", "12.0"];

/// What the registry does not say.
pub trait Machine {
    /// The architecture of the MAPI stub that can be asked.
    fn architecture(&self) -> Architecture;

    /// What `FGetComponentPath` of the MAPI stub answers: the DLL of a component.
    fn component_path(&self, component: &Value, qualifier: Option<&Value>) -> Option<PathBuf>;

    /// The system directory that programs of an architecture see.
    fn system_directory(&self, architecture: Architecture) -> Option<PathBuf>;
}

/// How an Outlook came onto the machine.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Installation {
    /// By Click-to-Run.
    ClickToRun,
    /// By Windows Installer.
    Installer,
    /// With the system, or long ago: only a MAPISVC.INF in the system directory tells of it.
    System,
}

impl fmt::Display for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClickToRun => "Click-to-Run",
            Self::Installer => "Windows Installer",
            Self::System => "the system directory",
        })
    }
}

/// An Outlook, or what is left of one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outlook {
    /// How it came.
    pub installation: Installation,
    /// Its version, if it is known.
    pub version: Option<String>,
    /// Which DLLs it can load.
    pub architecture: Architecture,
    /// Where it is.
    pub directory: PathBuf,
    /// Its MAPISVC.INF files, one for each language.
    pub files: Vec<PathBuf>,
}

/// A place that was looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// Which one.
    pub what: String,
    /// What was there, if anything.
    pub found: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.found.as_deref().unwrap_or("nothing");
        write!(f, "{}: {found}", self.what)
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Search {
    /// Every Outlook, Click-to-Run's first.
    pub outlooks: Vec<Outlook>,
    /// Every place, in the order in which they were looked at.
    pub looked_at: Vec<Place>,
}

impl Search {
    /// The MAPISVC.INF files that a DLL of an architecture belongs into.
    ///
    /// # Errors
    /// When there is none: whether Outlook has the other architecture, and where else was looked.
    pub fn files(&self, architecture: Architecture) -> Result<Vec<PathBuf>, RegistrationError> {
        let mut files: Vec<PathBuf> = Vec::new();
        let own = self
            .outlooks
            .iter()
            .filter(|outlook| outlook.architecture == architecture);
        for file in own.flat_map(|outlook| &outlook.files) {
            if !files.contains(file) {
                files.push(file.clone());
            }
        }
        if !files.is_empty() {
            return Ok(files);
        }
        Err(RegistrationError::NoOutlook {
            architecture,
            search: Box::new(self.clone()),
        })
    }

    /// An Outlook that could load a DLL of the other architecture only.
    pub(super) fn of_other(&self, architecture: Architecture) -> Option<&Outlook> {
        self.outlooks
            .iter()
            .find(|outlook| outlook.architecture != architecture && !outlook.files.is_empty())
    }

    fn look(&mut self, what: String, found: Option<String>) {
        self.looked_at.push(Place { what, found });
    }

    /// A value's text, with what was asked for among the places.
    fn ask(
        &mut self,
        registry: &dyn Registry,
        architecture: Architecture,
        key: &str,
        name: &str,
    ) -> Option<Value> {
        let read = registry.read(Root::LocalMachine, architecture.view(), key, name);
        let what = format!(
            "{}\\{key}, {name} ({})",
            Root::LocalMachine,
            architecture.view()
        );
        let (found, value) = match read {
            Ok(Some(value)) => {
                let text = match &value {
                    Value::Text(text) | Value::Expandable(text) => text.clone(),
                    other => other.to_string(),
                };
                (Some(text), Some(value))
            }
            Ok(None) => (None, None),
            Err(error) => (Some(error.to_string()), None),
        };
        self.look(what, found);
        value.filter(|value| value.text().is_some_and(|text| !text.is_empty()))
    }

    /// The MAPISVC.INF files of all languages below a directory of common files.
    fn languages(&mut self, common: &Path) -> Vec<PathBuf> {
        let directory = common.join("System").join("MSMAPI");
        let found = files_in(&directory);
        let told = match &found {
            Ok(files) if files.is_empty() => Some(format!("no {INF}")),
            Ok(files) => Some(told(files)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(error.to_string()),
        };
        self.look(directory.display().to_string(), told);
        found.unwrap_or_default()
    }
}

/// Looks for every Outlook.
pub fn search(registry: &dyn Registry, machine: &dyn Machine) -> Search {
    let mut search = Search::default();
    let roots = click_to_run(&mut search, registry);
    for architecture in Architecture::ALL {
        installer(&mut search, registry, machine, architecture, &roots);
    }
    if search
        .outlooks
        .iter()
        .all(|outlook| outlook.files.is_empty())
    {
        for architecture in Architecture::ALL {
            system(&mut search, machine, architecture);
        }
    }
    search
}

/// Answers the directories of Click-to-Run.
fn click_to_run(search: &mut Search, registry: &dyn Registry) -> Vec<PathBuf> {
    let mut roots = Vec::new();
    for key in CLICK_TO_RUN {
        for view_of in Architecture::ALL {
            let Some(path) = search.ask(registry, view_of, key, "InstallPath") else {
                continue;
            };
            let root = PathBuf::from(path.text().unwrap_or_default());
            // A 32-bit Windows has one view.
            if roots.contains(&root) {
                continue;
            }
            let configuration = format!("{key}\\Configuration");
            let platform = search.ask(registry, view_of, &configuration, "Platform");
            let version = search.ask(registry, view_of, &configuration, "VersionToReport");
            let version = version.and_then(|value| value.text().map(str::to_owned));
            let platform = platform.as_ref().and_then(Value::text);
            for architecture in Architecture::ALL {
                // Either Office may have files in both directories.
                let is_its =
                    platform.is_none_or(|word| word.eq_ignore_ascii_case(architecture.word()));
                if !is_its {
                    continue;
                }
                let common = match architecture {
                    Architecture::X64 => "ProgramFilesCommonX64",
                    Architecture::X86 => "ProgramFilesCommonX86",
                };
                let files = search.languages(&root.join("root").join("VFS").join(common));
                if !files.is_empty() {
                    search.outlooks.push(Outlook {
                        installation: Installation::ClickToRun,
                        version: version.clone(),
                        architecture,
                        directory: root.clone(),
                        files,
                    });
                }
            }
            roots.push(root);
        }
    }
    roots
}

fn installer(
    search: &mut Search,
    registry: &dyn Registry,
    machine: &dyn Machine,
    architecture: Architecture,
    click_to_run: &[PathBuf],
) {
    let is_its = |path: &Path| !click_to_run.iter().any(|root| is_below(path, root));
    let mut version = None;
    let mut directory = None;
    for number in VERSIONS {
        let key = format!(r"SOFTWARE\Microsoft\Office\{number}\Outlook\InstallRoot");
        let Some(path) = search.ask(registry, architecture, &key, "Path") else {
            continue;
        };
        let path = PathBuf::from(path.text().unwrap_or_default());
        if directory.is_none() && is_its(&path) {
            version = Some(number.to_owned());
            directory = Some(path);
        }
    }
    let mut files = Vec::new();
    if architecture == machine.architecture() {
        files.extend(component(search, registry, machine).filter(|file| is_its(file)));
    } else {
        let (own, other) = (machine.architecture(), architecture);
        search.look(
            format!("the MAPI stub for {other}"),
            Some(format!("a program for {own} cannot ask it")),
        );
    }
    if files.is_empty() {
        let common = search.ask(registry, architecture, CURRENT_VERSION, "CommonFilesDir");
        if let Some(common) = common.as_ref().and_then(Value::text) {
            files = search.languages(Path::new(common));
            files.retain(|file| is_its(file));
        }
    }
    // What says best which DLLs are loaded is the DLL that loads them.
    let (own, other): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| architecture_of(file).is_none_or(|found| found == architecture));
    for (architecture, files) in [(architecture, own), (architecture.other(), other)] {
        let is_known = search
            .outlooks
            .iter()
            .any(|outlook| files.iter().any(|file| outlook.files.contains(file)));
        if let (Some(first), false) = (files.first(), is_known) {
            let place = first.parent().unwrap_or(first);
            search.outlooks.push(Outlook {
                installation: Installation::Installer,
                version: version.clone(),
                architecture,
                directory: directory.clone().unwrap_or_else(|| place.to_owned()),
                files,
            });
        }
    }
}

/// The file that the MAPI stub leads to.
fn component(
    search: &mut Search,
    registry: &dyn Registry,
    machine: &dyn Machine,
) -> Option<PathBuf> {
    let own = machine.architecture();
    let component = search.ask(registry, own, MAIL_CLIENT, "MSIComponentID")?;
    let qualifiers = ["MSIApplicationLCID", "MSIOfficeLCID"]
        .map(|name| search.ask(registry, own, MAIL_CLIENT, name));
    let dll = qualifiers
        .iter()
        .flatten()
        .map(Some)
        .chain([None])
        .find_map(|qualifier| machine.component_path(&component, qualifier));
    let told = dll.as_ref().map(|dll| dll.display().to_string());
    search.look(format!("the MAPI stub for {own}"), told);
    let file = dll?.parent()?.join(INF);
    let is_there = file.is_file();
    search.look(
        file.display().to_string(),
        is_there.then(|| "it is there".to_owned()),
    );
    is_there.then_some(file)
}

fn system(search: &mut Search, machine: &dyn Machine, architecture: Architecture) {
    let Some(directory) = machine.system_directory(architecture) else {
        return;
    };
    let file = directory.join(INF);
    let is_there = file.is_file();
    search.look(
        file.display().to_string(),
        is_there.then(|| "it is there".to_owned()),
    );
    if is_there {
        search.outlooks.push(Outlook {
            installation: Installation::System,
            version: None,
            architecture,
            directory,
            files: vec![file],
        });
    }
}

/// The files of all languages, sorted.
fn files_in(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for language in fs::read_dir(directory)? {
        let file = language?.path().join(INF);
        if file.is_file() {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

/// The architecture of the Outlook that reads a file, by its DLL beside it.
fn architecture_of(file: &Path) -> Option<Architecture> {
    Architecture::of_file(&file.with_file_name("MSMAPI32.DLL")).ok()
}

/// Whether a path is below a directory, as Windows compares them.
fn is_below(path: &Path, directory: &Path) -> bool {
    let parts = |path: &Path| -> Vec<String> {
        path.to_string_lossy()
            .split(['\\', '/'])
            .filter(|part| !part.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    parts(path).starts_with(&parts(directory))
}

fn told(files: &[PathBuf]) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests;
