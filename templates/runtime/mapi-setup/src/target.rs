//! What an action is about: which architecture, which DLL, which directory, which MAPISVC.INF.

use std::path::{Path, PathBuf};

use mapi_store::entry::registration::outlook::Search;
use mapi_store::entry::registration::{Architecture, Fragment, Product, dll_in_inf, dll_path};

use crate::entry::{self, Record};
use crate::machine::Machine;
use crate::trouble::Trouble;

/// The actions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Task {
    /// Everything is put in its place.
    Install,
    /// What is missing, or differs, is put back.
    Repair,
    /// What there is.
    Status,
    /// Everything is taken back.
    Uninstall,
}

impl Task {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Repair => "repair",
            Self::Status => "status",
            Self::Uninstall => "uninstall",
        }
    }
}

/// What a command line asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The action.
    pub task: Task,
    /// The architecture; found out when it is left out.
    pub architecture: Option<Architecture>,
    /// The DLL to install.
    pub dll: Option<PathBuf>,
    /// The directory to install into.
    pub location: Option<PathBuf>,
    /// The only MAPISVC.INF to write.
    pub inf: Option<PathBuf>,
    /// Whether profiles that use the service are no reason to refuse.
    pub force: bool,
    /// Whether files and entry are this program's; otherwise another installer, such as an MSI, has put the files where they are,
    /// and has an entry of its own.
    pub is_ours: bool,
}

/// A request with everything found out.
pub struct Target {
    /// The architecture.
    pub architecture: Architecture,
    /// The directory of the DLL.
    pub location: PathBuf,
    /// The DLL that is copied there; none if it is there already, or is not needed.
    pub source: Option<PathBuf>,
    /// The path of the DLL as MAPISVC.INF has it.
    pub dll_in_inf: String,
    /// The MAPISVC.INF that the provider's sections belong into.
    pub files: Vec<PathBuf>,
    /// What was found on the machine; none if a file was named.
    pub search: Option<Search>,
    /// What an earlier run kept.
    pub record: Option<Record>,
    /// The sections.
    pub fragment: Fragment,
    /// Whether files and entry are this program's, not another installer's.
    pub is_ours: bool,
}

impl Target {
    /// The DLL where it is installed.
    pub fn dll(&self, product: &Product) -> PathBuf {
        self.location.join(product.dll_on_disk())
    }

    /// This program where it is installed.
    pub fn setup(&self) -> PathBuf {
        self.location.join(SETUP)
    }
}

/// The name of this program where it is installed.
pub const SETUP: &str = "setup.exe";

/// Finds everything out.
///
/// # Errors
/// Everything that stands in the way.
pub fn resolve(
    machine: &Machine,
    product: &Product,
    request: &Request,
) -> Result<Target, Vec<Trouble>> {
    let mut troubles = Vec::new();
    let needs_dll = request.task == Task::Install;
    let search = request.inf.is_none().then(|| machine.outlooks());
    let mut source = source(machine, product, request, search.as_ref());
    if needs_dll && source.is_none() {
        troubles.push(no_dll(machine, product, request));
    }
    let of_source = source.as_ref().map(|dll| (dll, Architecture::of_file(dll)));
    let architecture = match (request.architecture, &of_source) {
        (Some(asked), _) => asked,
        (None, Some((_, Ok(found)))) => *found,
        _ => Architecture::own(),
    };
    // What was not asked for, and is not needed, may be of any kind.
    let is_asked = needs_dll || request.dll.is_some() && request.task != Task::Uninstall;
    let unfit = match of_source {
        Some((dll, Err(error))) => Some(Trouble::file(dll, &error)),
        Some((dll, Ok(found))) if found != architecture => Some(
            Trouble::new(format!(
                "{} is made for {found}, not for {architecture}",
                dll.display()
            ))
            .help(format!(
                "name a DLL that is made for {architecture} with --dll, or leave --arch out"
            )),
        ),
        _ => None,
    };
    if let Some(trouble) = unfit {
        if is_asked {
            troubles.push(trouble);
        }
        source = None;
    }
    if !product.architectures.contains(&architecture) {
        troubles.push(Trouble::new(format!(
            "{} is not made for {architecture}",
            product.display_name
        )));
    }
    let record = entry::read(&*machine.registry, product, architecture).unwrap_or_else(|error| {
        let key = entry::key(product, architecture).shown();
        troubles.push(Trouble::io(key, &error));
        None
    });
    let is_managed = record.as_ref().is_some_and(|record| record.is_managed);
    match (&record, is_managed, request.is_ours, request.task) {
        (Some(_), true, true, Task::Install | Task::Uninstall) => troubles.push(
            Trouble::new(format!(
                "{} ({architecture}) was installed by another installer, which has the files and the entry in the list of \
                 installed programs",
                product.display_name
            ))
            .help("update or uninstall it there; repair is for both"),
        ),
        (Some(record), false, false, Task::Install | Task::Repair | Task::Uninstall) => troubles.push(
            Trouble::new(format!(
                "{} ({architecture}) was installed by its setup program, in {}",
                product.display_name,
                record.location.clone().unwrap_or_default().display()
            ))
            .help("uninstall it first"),
        ),
        _ => {}
    }
    // Another installer's files stay another installer's, whoever repairs or looks at what is registered.
    let is_ours = request.is_ours && !is_managed;
    let installed = record.as_ref().and_then(|record| record.location.clone());
    let location = location(machine, product, request, architecture, installed.as_ref());
    if let Some(installed) = &installed
        && *installed != location
        && request.is_ours
    {
        troubles.push(
            Trouble::new(format!(
                "{} is installed in {}, not in {}",
                product.display_name,
                installed.display(),
                location.display()
            ))
            .help("uninstall it first, or leave --location out"),
        );
    }
    let neighbour = entry::read(&*machine.registry, product, architecture.other());
    let is_taken = neighbour.is_ok_and(|found| {
        found.is_some_and(|found| {
            found
                .location
                .is_some_and(|there| is_same(&there, &location))
        })
    });
    if is_taken && matches!(request.task, Task::Install | Task::Repair) {
        troubles.push(
            Trouble::new(format!(
                "{} has the DLL for {}, of the same name",
                location.display(),
                architecture.other()
            ))
            .help("name another directory with --location"),
        );
    }
    let is_there = location.join(product.dll_on_disk()).is_file();
    if request.task == Task::Repair && record.is_none() && !is_there {
        troubles.push(
            Trouble::new(format!(
                "{} ({architecture}) is not installed in {}",
                product.display_name,
                location.display()
            ))
            .help("use install"),
        );
    } else if request.task == Task::Repair && source.is_none() && !is_there {
        troubles.push(no_dll(machine, product, request));
    }
    let fragment = Fragment::parse(product.fragment);
    let on_disk = location.join(product.dll_on_disk());
    let source = source.filter(|source| !is_same(source, &on_disk));
    // What is in its place already, an MSI's for instance, has no other way past the check.
    let checked = source.as_ref().or(is_there.then_some(&on_disk));
    let path = windows_path(&on_disk);
    // Asked again below, with everything else that is wrong with the DLL and its place.
    let dll_in_inf = dll_in_inf(&fragment, &path).unwrap_or_default();
    if request.task != Task::Uninstall {
        let findings = match checked {
            Some(source) if request.task != Task::Status => (machine.check)(&dll_path::Target {
                fragment: &fragment,
                path: &path,
                source,
                architecture,
                writable_directory_allowed: request.force || !product.machine,
            }),
            _ => dll_path::path(&fragment, &path),
        };
        troubles.extend(
            findings
                .into_iter()
                .map(|finding| Trouble::new(finding.to_string())),
        );
    }
    let mut files = match (&request.inf, &search) {
        (Some(file), _) => vec![file.clone()],
        (None, Some(search)) => files_of(search, architecture),
        (None, None) => Vec::new(),
    };
    // Those of an earlier run, if their Outlook is still there; a file that was named stands alone, but for its removal.
    if request.inf.is_none() || request.task == Task::Uninstall {
        let earlier = record.iter().flat_map(|record| &record.files);
        files.extend(earlier.filter(|file| file.is_file()).cloned());
        files.sort();
        files.dedup();
    }
    if let (Some(search), true, Task::Install | Task::Repair) =
        (&search, files.is_empty(), request.task)
        && let Err(error) = search.files(architecture)
    {
        troubles.push(
            Trouble::from(error)
                .help("the new Outlook has no MAPI; --inf names a file to write into"),
        );
    }
    if !troubles.is_empty() {
        return Err(troubles);
    }
    Ok(Target {
        architecture,
        location,
        source,
        dll_in_inf,
        files,
        search,
        record,
        fragment,
        is_ours,
    })
}

/// The MAPISVC.INF of all Outlooks of an architecture, each once; none is no error here.
fn files_of(search: &Search, architecture: Architecture) -> Vec<PathBuf> {
    search.files(architecture).unwrap_or_default()
}

/// MAPI's rules are about Windows' paths; tests elsewhere have others.
fn windows_path(path: &Path) -> String {
    let path = path.display().to_string();
    if cfg!(windows) {
        path
    } else {
        format!("C:{}", path.replace('/', "\\"))
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn location(
    machine: &Machine,
    product: &Product,
    request: &Request,
    architecture: Architecture,
    installed: Option<&PathBuf>,
) -> PathBuf {
    match (&request.location, installed) {
        (Some(location), _) => std::path::absolute(location).unwrap_or_else(|_| location.clone()),
        // Whatever was there before: the other installer has put this program beside the DLL.
        (None, _) if !request.is_ours => {
            let directory = machine.program.parent();
            directory.unwrap_or(Path::new("")).to_owned()
        }
        (None, Some(installed)) => installed.clone(),
        (None, None) => machine.expand(product.install_location, architecture),
    }
}

/// Where the DLL may lie: beside this program as it is shipped or as it is installed, in a directory of its architecture, or
/// as cargo has built it.
fn candidates(machine: &Machine, product: &Product, request: &Request) -> Vec<PathBuf> {
    if let Some(dll) = &request.dll {
        return vec![dll.clone()];
    }
    let Some(directory) = machine.program.parent() else {
        return Vec::new();
    };
    let on_disk = product.dll_on_disk();
    let architectures = match request.architecture {
        Some(architecture) => vec![architecture],
        None => product.architectures.to_vec(),
    };
    let mut candidates = vec![directory.join(&on_disk)];
    candidates.extend(
        architectures
            .iter()
            .map(|architecture| directory.join(architecture.word()).join(&on_disk)),
    );
    candidates.push(directory.join(format!("{}.dll", product.name.replace('-', "_"))));
    candidates
}

/// The DLL to install: the first that is there, but rather one that an Outlook on this machine can load.
fn source(
    machine: &Machine,
    product: &Product,
    request: &Request,
    search: Option<&Search>,
) -> Option<PathBuf> {
    let mut found = candidates(machine, product, request);
    found.retain(|dll| dll.is_file());
    let fits = |dll: &PathBuf| {
        let Ok(architecture) = Architecture::of_file(dll) else {
            return false;
        };
        match (request.architecture, search) {
            (Some(asked), _) => asked == architecture,
            (None, Some(search)) => !files_of(search, architecture).is_empty(),
            (None, None) => true,
        }
    };
    let best = found.iter().find(|dll| fits(dll)).cloned();
    best.or_else(|| found.into_iter().next())
}

fn no_dll(machine: &Machine, product: &Product, request: &Request) -> Trouble {
    let places: Vec<String> = candidates(machine, product, request)
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    Trouble::new(format!("the DLL is in none of: {}", places.join(", ")))
        .help("run setup from the package, or name the DLL with --dll")
}
