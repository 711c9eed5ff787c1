//! The CI workflow of generated projects: read with a YAML library and checked against the project that it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use cargo_mapi::files::FileSet;
use cargo_mapi::render::render;
use cargo_mapi::spec::{Architecture, Spec};
use serde::Deserialize;

use crate::specs::{HOSTILE, default_spec, examples, hostile, load};

const PATH: &str = ".github/workflows/ci.yml";

/// A workflow, as far as this project's has parts; any other part is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Workflow {
    name: String,
    on: BTreeMap<String, Option<String>>,
    permissions: BTreeMap<String, String>,
    concurrency: BTreeMap<String, String>,
    env: BTreeMap<String, String>,
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Job {
    strategy: Option<Strategy>,
    runs_on: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Strategy {
    fail_fast: bool,
    matrix: Matrix,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    #[serde(default)]
    os: Vec<String>,
    #[serde(default)]
    include: Vec<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Step {
    name: Option<String>,
    #[serde(rename = "if")]
    condition: Option<String>,
    uses: Option<String>,
    #[serde(rename = "with")]
    inputs: BTreeMap<String, String>,
    run: Option<String>,
}

/// What a workflow is checked against.
struct Project {
    /// Names of the packages in the workspace.
    packages: BTreeSet<String>,
    /// Of the team's package.
    examples: BTreeSet<String>,
    ident: String,
    rust_version: String,
    architectures: Vec<(&'static str, &'static str)>,
    /// Of `cargo mapi package`.
    package_options: BTreeSet<String>,
}

impl Project {
    fn new(spec: &Spec, files: &FileSet) -> Self {
        let manifest = manifest(files, "Cargo.toml");
        let mut packages = BTreeSet::from([text(&manifest["package"]["name"])]);
        for member in manifest["workspace"]["members"].as_array().unwrap() {
            let member = self::manifest(files, &format!("{}/Cargo.toml", text(member)));
            packages.insert(text(&member["package"]["name"]));
        }
        let examples = files
            .iter()
            .filter_map(|(path, _)| path.strip_prefix("examples/")?.strip_suffix(".rs"))
            .map(str::to_owned);
        let architectures = spec.registration.architectures.iter();
        Self {
            packages,
            examples: examples.collect(),
            ident: spec.provider.name.replace('-', "_"),
            rust_version: text(&manifest["package"]["rust-version"]),
            package_options: package_options().clone(),
            architectures: architectures
                .map(|architecture| match architecture {
                    Architecture::X64 => ("x64", "x86_64-pc-windows-msvc"),
                    Architecture::X86 => ("x86", "i686-pc-windows-msvc"),
                })
                .collect(),
        }
    }
}

/// The options of `cargo mapi package`, as its help lists them.
fn package_options() -> &'static BTreeSet<String> {
    static OPTIONS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let output = Command::new(assert_cmd::cargo::cargo_bin("cargo-mapi"))
            .args(["mapi", "package", "--help"])
            .output()
            .unwrap();
        assert!(output.status.success());
        let help = String::from_utf8(output.stdout).unwrap();
        help.lines()
            .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")))
            .map(str::to_owned)
            .collect()
    });
    &OPTIONS
}

fn manifest(files: &FileSet, path: &str) -> toml::Table {
    let file = files.get(path).unwrap_or_else(|| panic!("no {path}"));
    str::from_utf8(&file.bytes).unwrap().parse().unwrap()
}

fn text(value: &toml::Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What a job has made and installed so far.
#[derive(Default)]
struct Progress {
    /// Toolchains, with components and targets.
    toolchains: BTreeMap<String, BTreeSet<String>>,
    /// `cargo` subcommands that were installed.
    commands: BTreeSet<String>,
    /// Files and directories that steps before this one have made.
    made: BTreeSet<String>,
}

/// All that is wrong with a workflow.
struct Checker<'a> {
    project: &'a Project,
    complaints: Vec<String>,
}

fn complaints(project: &Project, source: &str) -> Vec<String> {
    let workflow: Workflow = match serde_saphyr::from_str(source) {
        Ok(workflow) => workflow,
        Err(error) => return vec![error.to_string()],
    };
    let mut checker = Checker {
        project,
        complaints: Vec::new(),
    };
    checker.workflow(&workflow);
    if source.contains("://") || source.contains(".io") {
        checker.complain("it names a host");
    }
    checker.complaints
}

impl Checker<'_> {
    fn complain(&mut self, complaint: impl Into<String>) {
        self.complaints.push(complaint.into());
    }

    fn demand(&mut self, holds: bool, complaint: impl FnOnce() -> String) {
        if !holds {
            self.complain(complaint());
        }
    }

    fn workflow(&mut self, workflow: &Workflow) {
        self.demand(workflow.name == "ci", || "its name is not `ci`".into());
        let read = BTreeMap::from([("contents".into(), "read".into())]);
        self.demand(workflow.permissions == read, || {
            format!("it may do more than read: {:?}", workflow.permissions)
        });
        for event in ["push", "pull_request"] {
            self.demand(workflow.on.contains_key(event), || {
                format!("it does not run on {event}")
            });
        }
        for value in workflow.concurrency.values().chain(workflow.env.values()) {
            self.expressions(value, &[]);
        }
        for job in ["test", "rust-version", "windows"] {
            self.demand(workflow.jobs.contains_key(job), || format!("no job {job}"));
        }
        for (name, job) in &workflow.jobs {
            self.job(name, job);
        }
        if let Some(windows) = workflow.jobs.get("windows") {
            self.architectures(windows);
        }
    }

    /// The Windows job has one entry for each architecture of the spec, in order.
    fn architectures(&mut self, job: &Job) {
        let include = job
            .strategy
            .as_ref()
            .map(|strategy| &strategy.matrix.include);
        let entries: Vec<(&str, &str)> = include
            .into_iter()
            .flatten()
            .map(|entry| {
                let key = |key| entry.get(key).map_or("", String::as_str);
                (key("architecture"), key("target"))
            })
            .collect();
        self.demand(entries == self.project.architectures, || {
            format!("it builds for {entries:?}")
        });
        let words: Vec<&str> = job.steps.iter().flat_map(Step::words).collect();
        for word in ["fmt", "clippy", "test", "rustc", "--conformance"] {
            self.demand(words.contains(&word), || format!("Windows lacks {word}"));
        }
        for artifact in ["conformance-", "package-"] {
            let kept = job.steps.iter().any(|step| {
                let name = step.inputs.get("name");
                name.is_some_and(|name| {
                    *name == format!("{artifact}${{{{ matrix.architecture }}}}")
                })
            });
            self.demand(kept, || format!("nothing keeps {artifact}…"));
        }
    }

    fn job(&mut self, name: &str, job: &Job) {
        let mut keys = BTreeSet::new();
        if let Some(Strategy { fail_fast, matrix }) = &job.strategy {
            self.demand(!fail_fast, || {
                format!("{name}: one failure hides the others")
            });
            keys.extend((!matrix.os.is_empty()).then_some("os"));
            keys.extend(matrix.include.iter().flatten().map(|(key, _)| key.as_str()));
        }
        let keys: Vec<&str> = keys.into_iter().collect();
        self.expressions(&job.runs_on, &keys);
        let systems = match &job.strategy {
            Some(strategy) if job.runs_on.contains("matrix.os") => strategy.matrix.os.clone(),
            _ => vec![job.runs_on.clone()],
        };
        for system in systems {
            self.demand(
                ["ubuntu-latest", "macos-latest", "windows-latest"].contains(&system.as_str()),
                || format!("{name}: no machine is called {system}"),
            );
        }
        let mut progress = Progress::default();
        for step in &job.steps {
            self.step(step, &keys, &mut progress);
        }
    }

    fn step(&mut self, step: &Step, keys: &[&str], progress: &mut Progress) {
        let texts = [&step.name, &step.condition, &step.uses, &step.run];
        for text in texts.into_iter().flatten().chain(step.inputs.values()) {
            self.expressions(text, keys);
        }
        match (&step.uses, &step.run) {
            (Some(action), None) => self.action(action, step, progress),
            (None, Some(_)) => {
                for command in step.commands() {
                    self.command(&command, progress);
                }
            }
            _ => self.complain("a step runs nothing, or two things"),
        }
    }

    fn action(&mut self, action: &str, step: &Step, progress: &Progress) {
        let (name, version) = action.split_once('@').unwrap_or((action, ""));
        let major = version.strip_prefix('v').is_some_and(|version| {
            !version.is_empty() && version.chars().all(|digit| digit.is_ascii_digit())
        });
        self.demand(major, || {
            format!("{action} is not pinned to a major version")
        });
        match name {
            "actions/checkout" => {}
            "actions/upload-artifact" => {
                let path = step.inputs.get("path").map_or("", String::as_str);
                self.demand(progress.made.contains(path), || {
                    format!("`{path}` is uploaded, but no step before makes it")
                });
                let name = step.inputs.get("name").map_or("", String::as_str);
                self.demand(name.contains("${{ matrix."), || {
                    format!("each architecture uploads `{name}`")
                });
            }
            _ => self.complain(format!("{name} is an action that nobody checked")),
        }
    }

    fn command(&mut self, words: &[String], progress: &mut Progress) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            [
                "rustup",
                "toolchain",
                "install",
                toolchain,
                ref options @ ..,
            ] => {
                let parts = progress.toolchains.entry(toolchain.into()).or_default();
                for option in ["--component", "--target"] {
                    let values = value(options, option).unwrap_or_default().split(',');
                    parts.extend(values.map(str::to_owned));
                }
                let promised = &self.project.rust_version;
                self.demand(toolchain == "stable" || toolchain == promised, || {
                    format!("Rust {toolchain} is neither stable nor {promised}")
                });
            }
            ["cargo", toolchain, ref arguments @ ..] if toolchain.starts_with('+') => {
                self.cargo(&toolchain[1..], arguments, progress);
            }
            ["cargo", "mapi", ref arguments @ ..] => self.mapi(arguments, progress),
            _ => self.complain(format!("nobody knows what this does: {}", words.join(" "))),
        }
    }

    /// One call of cargo: everything that it names exists.
    fn cargo(&mut self, toolchain: &str, arguments: &[&str], progress: &mut Progress) {
        let said = arguments.join(" ");
        let (own, passed_on) = match arguments.iter().position(|word| *word == "--") {
            Some(end) => (&arguments[..end], &arguments[end + 1..]),
            None => (arguments, &[][..]),
        };
        let subcommand = own.first().copied().unwrap_or_default();
        let Some(parts) = progress.toolchains.get(toolchain) else {
            return self.complain(format!("Rust {toolchain} is not installed for: {said}"));
        };
        let needs = match subcommand {
            "fmt" => "rustfmt",
            "clippy" => "clippy",
            _ => "",
        };
        let mut missing: Vec<&str> = Vec::new();
        if !needs.is_empty() && !parts.contains(needs) {
            missing.push(needs);
        }
        let target = value(own, "--target");
        missing.extend(target.filter(|target| !parts.contains(*target)));
        for missing in missing {
            self.complain(format!("Rust {toolchain} has no {missing} for: {said}"));
        }
        self.demand(subcommand == "fmt" || own.contains(&"--locked"), || {
            format!("not with the versions of Cargo.lock: {said}")
        });
        if let Some(package) = value(own, "--package").or(value(own, "-p")) {
            self.demand(self.project.packages.contains(package), || {
                format!("there is no package {package}")
            });
        }
        if let Some(example) = value(own, "--example") {
            self.demand(self.project.examples.contains(example), || {
                format!("there is no example {example}")
            });
        }
        let profile = match own.contains(&"--release") {
            true => "release",
            false => "debug",
        };
        let directory = target.map_or("target".into(), |target| format!("target/{target}"));
        let library = format!("{directory}/{profile}/{}.dll", self.project.ident);
        match subcommand {
            "fmt" | "check" => {}
            "clippy" => self.demand(passed_on == ["-D", "warnings"], || {
                format!("warnings pass: {said}")
            }),
            "test" => {}
            "rustc" => {
                self.demand(value(own, "--crate-type") == Some("cdylib"), || {
                    format!("not the DLL that ships: {said}")
                });
                progress.made.insert(library);
            }
            "run" => {
                // The example's build makes the DLL of its profile anew, and not as it ships.
                progress.made.remove(&library);
                let library = value(passed_on, "--dll").unwrap_or_default();
                self.demand(progress.made.contains(library), || {
                    format!("`{library}` is judged, but no step before makes it")
                });
                let report = value(passed_on, "--report").unwrap_or_default();
                progress.made.insert(report.into());
            }
            "install" => {
                let version = value(own, "--version").unwrap_or_default();
                self.demand(own.get(1) == Some(&"cargo-mapi"), || {
                    format!("nobody knows this program: {said}")
                });
                self.demand(version == env!("CARGO_PKG_VERSION"), || {
                    format!("the project is of another version: {said}")
                });
                progress.commands.insert("mapi".into());
            }
            _ => self.complain(format!("nobody knows what this does: cargo {said}")),
        }
    }

    /// One call of this generator: it has been installed, and has the command and the options.
    fn mapi(&mut self, arguments: &[&str], progress: &mut Progress) {
        let said = arguments.join(" ");
        self.demand(progress.commands.contains("mapi"), || {
            format!("cargo-mapi is not installed for: {said}")
        });
        self.demand(arguments.first() == Some(&"package"), || {
            format!("nobody knows what this does: cargo mapi {said}")
        });
        for option in arguments.iter().filter(|word| word.starts_with("--")) {
            self.demand(self.project.package_options.contains(*option), || {
                format!("cargo mapi package has no {option}")
            });
        }
        if let Some(target) = value(arguments, "--target") {
            let mut toolchains = progress.toolchains.values();
            let installed = toolchains.any(|parts| parts.contains(target));
            self.demand(installed, || {
                format!("no Rust has {target} for: cargo mapi {said}")
            });
        }
        let output = value(arguments, "--output").unwrap_or("target/package");
        progress.made.insert(output.into());
    }

    /// Only names that GitHub and the job's matrix have.
    fn expressions(&mut self, text: &str, keys: &[&str]) {
        for expression in text.split("${{").skip(1) {
            let Some((expression, _)) = expression.split_once("}}") else {
                return self.complain(format!("an expression does not end: {text}"));
            };
            let expression = expression.trim();
            let known = match expression.strip_prefix("matrix.") {
                Some(key) => keys.contains(&key),
                None => [
                    "github.ref",
                    "github.event_name == 'pull_request'",
                    "!cancelled()",
                ]
                .contains(&expression),
            };
            self.demand(known, || format!("`{expression}` is nothing in this job"));
        }
    }
}

impl Step {
    /// The commands that it runs, as words.
    fn commands(&self) -> Vec<Vec<String>> {
        let run = self.run.as_deref().unwrap_or_default();
        run.lines()
            .map(|line| {
                // An expression is one word.
                let line = line.replace("${{ ", "${{_").replace(" }}", "_}}");
                line.split_whitespace()
                    .map(|word| word.replace("${{_", "${{ ").replace("_}}", " }}"))
                    .collect()
            })
            .filter(|words: &Vec<String>| !words.is_empty())
            .collect()
    }

    fn words(&self) -> Vec<&str> {
        let run = self.run.as_deref().unwrap_or_default();
        run.split_whitespace().collect()
    }
}

/// The word after an option.
fn value<'a>(words: &[&'a str], option: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == option)?;
    words.get(at + 1).copied()
}

/// The workflow of a spec with the project that it is for.
fn workflow(spec: &Spec, provider_toml: &str) -> (Project, String) {
    let files = render(spec, provider_toml).unwrap();
    let source = files.get(PATH).unwrap();
    let source = String::from_utf8(source.bytes.to_vec()).unwrap();
    (Project::new(spec, &files), source)
}

#[test]
fn the_workflow_fits_the_project() {
    let mut specs = vec![("default".to_owned(), default_spec("my-provider"))];
    specs.extend(
        examples()
            .into_iter()
            .map(|(name, path)| (name, load(&path))),
    );
    let hostile =
        (0..HOSTILE.len()).map(|turn| (format!("hostile {turn}"), (hostile(turn), String::new())));
    specs.extend(hostile);
    let mut architectures = BTreeSet::new();
    for (name, (spec, provider_toml)) in specs {
        let (project, source) = workflow(&spec, &provider_toml);
        let complaints = complaints(&project, &source);
        assert!(
            complaints.is_empty(),
            "{name}: {}\n{source}",
            complaints.join("\n")
        );
        // Nothing of the spec but words, and GitHub's own braces survive ours.
        assert!(
            source.is_ascii() && !source.contains(['\\', '\t']),
            "{name}: {source}"
        );
        assert_eq!(
            source.matches("{{").count(),
            source.matches("${{").count(),
            "{name}"
        );
        assert!(
            source.lines().all(|line| !line.ends_with(' ')),
            "{name}: {source}"
        );
        architectures.insert(project.architectures);
    }
    // Both, and each alone.
    assert_eq!(architectures.len(), 3);
}

#[test]
fn a_workflow_that_does_not_fit_is_found() {
    let (spec, provider_toml) = default_spec("my-provider");
    let (project, source) = workflow(&spec, &provider_toml);
    for (right, wrong, complaint) in [
        (
            "--example host",
            "--example hots",
            "there is no example hots",
        ),
        (
            "contents: read",
            "contents: write",
            "it may do more than read",
        ),
        (
            "checkout@v4",
            "checkout@main",
            "actions/checkout@main is not pinned",
        ),
        (
            "install 1.89",
            "install 1.88",
            "Rust 1.88 is neither stable nor 1.89",
        ),
        ("cargo +1.89", "cargo +1.90", "Rust 1.90 is not installed"),
        (
            "--component rustfmt,clippy",
            "--component rustfmt",
            "has no clippy",
        ),
        (
            "i686-pc-windows-msvc",
            "i686-pc-windows-gnu",
            "it builds for",
        ),
        ("architecture: x86", "architecture: x64", "it builds for"),
        (
            " --target ${{ matrix.target }} -- -D",
            " --target x86_64-pc-windows-msvc -- -D",
            "has no x86_64-pc-windows-msvc",
        ),
        (
            "rustc --locked --release",
            "rustc --locked",
            "is judged, but no step before makes it",
        ),
        (
            "--lib --crate-type cdylib",
            "--lib --crate-type rlib",
            "not the DLL that ships",
        ),
        (
            "run --locked",
            "run --locked --release",
            "is judged, but no step before makes it",
        ),
        (
            "--report conformance",
            "--report report",
            "`conformance` is uploaded, but no step before makes it",
        ),
        (
            "${{ matrix.target }}",
            "${{ matrix.triple }}",
            "`matrix.triple` is nothing in this job",
        ),
        (
            "test --locked",
            "test",
            "not with the versions of Cargo.lock",
        ),
        ("-- -D warnings", "", "warnings pass"),
        (
            "my_provider.dll",
            "your_provider.dll",
            "`target/${{ matrix.target }}/release/your_provider.dll` is judged",
        ),
        (
            "name: conformance-${{ matrix.architecture }}",
            "name: conformance",
            "each architecture uploads",
        ),
        (
            "--version 0",
            "--version 9",
            "the project is of another version",
        ),
        (
            "install cargo-mapi",
            "install cargo-xapi",
            "nobody knows this program",
        ),
        (
            "mapi package",
            "mapi pack",
            "nobody knows what this does: cargo mapi pack",
        ),
        (
            "--no-sign",
            "--unsigned",
            "cargo mapi package has no --unsigned",
        ),
        (
            "--output package",
            "--output out",
            "`package` is uploaded, but no step before makes it",
        ),
        (
            "fail-fast: false",
            "fail-fast: true",
            "one failure hides the others",
        ),
        (
            "windows-latest",
            "windows-newest",
            "no machine is called windows-newest",
        ),
        ("on:\n", "on:\n  push:\n", "push"),
        ("name: ci", "name: {", "line"),
    ] {
        assert!(source.contains(right), "{right}");
        let complaints = complaints(&project, &source.replace(right, wrong));
        assert!(
            complaints.iter().any(|found| found.contains(complaint)),
            "{wrong}: {complaints:?}"
        );
    }
}
