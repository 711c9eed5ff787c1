//! The release build, through cargo's own messages; no path of the target directory is guessed.

use std::env;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::{Artifact, CrateType, Message, PackageId};

use super::Observer;
use super::error::Error;
use super::targets::Target;

/// What a build makes for a package.
#[derive(Debug)]
pub(super) struct Built {
    /// The DLL.
    pub dll: PathBuf,
    /// The setup program.
    pub setup: PathBuf,
}

/// What to build.
pub(super) struct Order<'a> {
    /// The directory with Cargo.toml.
    pub project: &'a Path,
    /// The package with the DLL.
    pub provider: &'a PackageId,
    /// The package with the setup program.
    pub setup: &'a PackageId,
    /// For which target.
    pub target: &'a Target,
    /// How many crates there are, for the progress.
    pub crates: usize,
}

/// Builds the DLL and the setup program of a project.
///
/// The DLL is made as nothing but a DLL: cargo optimizes at link time only what is not a Rust library as well.
///
/// # Errors
/// When cargo cannot be run or fails; what the compiler says goes to the observer at once.
pub(super) fn build(order: &Order<'_>, observer: &mut dyn Observer) -> Result<Built, Error> {
    let mut made = Made::default();
    let setup = ["build", "-p", &order.setup.repr];
    let dll = [
        "rustc",
        "-p",
        &order.provider.repr,
        "--lib",
        "--crate-type",
        "cdylib",
    ];
    run(&setup, order, &mut made, observer)?;
    run(&dll, order, &mut made, observer)?;
    let missing = |what: &str| Error::NotBuilt {
        what: what.to_owned(),
        triple: order.target.triple.clone(),
    };
    Ok(Built {
        dll: made.dll.ok_or_else(|| missing("DLL"))?,
        setup: made.setup.ok_or_else(|| missing("setup.exe"))?,
    })
}

/// Runs cargo once, and notes what it makes.
fn run(
    what: &[&str],
    order: &Order<'_>,
    made: &mut Made,
    observer: &mut dyn Observer,
) -> Result<(), Error> {
    let triple = &order.target.triple;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command
        .args(what)
        .args(["--release", "--locked", "--quiet"])
        .args(["--message-format", "json", "--target", triple])
        .arg("--manifest-path")
        .arg(order.project.join("Cargo.toml"))
        .current_dir(order.project)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let failed = |source| Error::Program {
        program: cargo.to_string_lossy().into_owned(),
        source,
    };
    let mut child = command.spawn().map_err(failed)?;
    // Read beside the messages, as a full pipe would stop cargo.
    let mut stderr = child.stderr.take().expect("it is piped");
    let stderr = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stderr.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    for message in Message::parse_stream(stdout) {
        match message.map_err(failed)? {
            Message::CompilerArtifact(artifact) => {
                made.count += 1;
                observer.progress(
                    made.count,
                    order.crates.max(made.count),
                    &artifact.target.name,
                );
                made.note(&artifact, order);
            }
            Message::CompilerMessage(message) => {
                if let Some(text) = &message.message.rendered {
                    observer.text(text);
                }
            }
            // Lines of build scripts and linkers that are no messages.
            Message::TextLine(line) => observer.text(&format!("{line}\n")),
            _ => {}
        }
    }
    let status = child.wait().map_err(failed)?;
    let said = stderr.join().unwrap_or_default();
    if !status.success() {
        let command = format!(
            "cargo {} --release --locked --target {triple}",
            what.join(" ")
        );
        return Err(Error::of_program(status, command, said));
    }
    observer.text(&said);
    Ok(())
}

#[derive(Default)]
struct Made {
    count: usize,
    dll: Option<PathBuf>,
    setup: Option<PathBuf>,
}

impl Made {
    fn note(&mut self, artifact: &Artifact, order: &Order<'_>) {
        let is_library = artifact.target.crate_types.contains(&CrateType::CDyLib);
        if is_library && artifact.package_id == *order.provider {
            let dll = (artifact.filenames.iter())
                .find(|path| path.extension().is_some_and(|extension| extension == "dll"));
            self.dll = dll.map(Into::into).or(self.dll.take());
        }
        if artifact.target.name == super::SETUP && artifact.package_id == *order.setup {
            let program = artifact.executable.as_ref();
            self.setup = program.map(Into::into).or(self.setup.take());
        }
    }
}
