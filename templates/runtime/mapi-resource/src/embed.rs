//! From a resource script to an argument of the linker.

use std::path::{Path, PathBuf};
use std::{env, fs};

use embed_resource::{CompilationResult, NONE};

use super::Version;
use super::script::{self, Kind};

/// Puts the version resource into the DLL (the `cdylib`) of the package whose build script calls it, and has the GNU linker
/// leave debug information out of a release.
///
/// # Panics
/// When it is not called by a build script, or the output directory of the build cannot be written.
pub fn library(version: &Version<'_>) {
    strip("cdylib");
    embed("library.rc", version, Kind::Library, |path| {
        embed_resource::compile_for_cdylib(path, NONE)
    });
}

/// Puts version resource and manifest into a program of the package whose build script calls it; for the rest see [`library`].
///
/// The manifest asks for the rights of whoever starts the program (`asInvoker`). Without a manifest Windows takes a 32-bit
/// program called setup for an installer and asks for an administrator at every start, for `status` and `--dry-run`, too.
///
/// # Panics
/// As [`library`].
pub fn program(name: &str, version: &Version<'_>) {
    strip(&format!("bin={name}"));
    embed("program.rc", version, Kind::Program, |path| {
        embed_resource::compile_for(path, [name], NONE)
    });
}

/// Leaves debug information out of what the GNU linker makes for a release. MSVC's linker puts it into a file of its own,
/// which is why the profile has it; the GNU linker would put many times the size of the code into the file that ships.
fn strip(what: &str) {
    let is = |name: &str, value: &str| env::var(name).as_deref() == Ok(value);
    if is("CARGO_CFG_TARGET_OS", "windows")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("PROFILE", "release")
    {
        println!("cargo::rustc-link-arg-{what}=-Wl,--strip-all");
    }
}

fn embed(
    name: &str,
    version: &Version<'_>,
    kind: Kind,
    compile: impl FnOnce(PathBuf) -> CompilationResult,
) {
    // What the resource says stands in the build script itself.
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("windows") {
        return;
    }
    for name in variables(&env::var("TARGET").unwrap_or_default()) {
        println!("cargo::rerun-if-env-changed={name}");
    }
    if let Some(part) = script::part_that_does_not_fit(version.version) {
        println!(
            "cargo::warning=the version resource of `{}` says 65535 instead of {part}: Windows has no larger numbers in versions",
            version.file_name
        );
    }
    let directory = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    let directory = PathBuf::from(directory);
    let path = directory.join(name);
    fs::write(&path, script::text(version, kind))
        .unwrap_or_else(|error| panic!("could not write `{}`: {error}", path.display()));
    let (reason, help) = match compile(path) {
        CompilationResult::Ok | CompilationResult::NotWindows => return,
        CompilationResult::NotAttempted(compiler) => (
            format!("the resource compiler `{compiler}` is missing"),
            "install it with mingw-w64 (binutils) or LLVM",
        ),
        CompilationResult::Failed(error) => (
            format!("the resource compiler failed ({error})"),
            "install the Windows SDK, or set RC to the path of rc.exe, windres or llvm-rc",
        ),
    };
    // No file of the package tells when somebody installs the compiler: until then the script runs at each build.
    println!(
        "cargo::rerun-if-changed={}",
        never_there(&directory).display()
    );
    println!(
        "cargo::warning=`{}` has no version resource{}: {}; {help}",
        version.file_name,
        if kind == Kind::Program {
            " and no manifest"
        } else {
            ""
        },
        reason.replace(['\r', '\n'], " "),
    );
}

/// The environment variables that choose the resource compiler for a target, and what it searches.
fn variables(target: &str) -> [String; 5] {
    [
        format!("RC_{target}"),
        format!("RC_{}", target.replace('-', "_")),
        "RC".to_owned(),
        "INCLUDE".to_owned(),
        "MINGW_CHOST".to_owned(),
    ]
}

/// A path at which no file ever is. Cargo runs a script again whenever a file that the script names is missing.
fn never_there(directory: &Path) -> PathBuf {
    directory.join("never-there")
}

// On Windows embed-resource finds compilers without RC.
#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;
    use std::process::Command;

    const VERSION: Version<'_> = Version {
        file_name: "contoso32.dll",
        company: "Contoso",
        product: "Contoso Mail",
        description: "Mail",
        version: "1.2.3",
    };

    /// The build script of the tests below, which run it in a process with an environment of its own.
    #[test]
    fn script() {
        if env::var_os("OUT_DIR").is_some() {
            library(&VERSION);
        }
    }

    fn lines(target_os: &str, directory: &Path) -> Vec<String> {
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", "embed::tests::script", "--nocapture"])
            .env("CARGO_CFG_TARGET_OS", target_os)
            .env("TARGET", "x86_64-pc-windows-gnu")
            .env("OUT_DIR", directory)
            .env("RC", directory.join("no-compiler"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        (said.split("cargo::").skip(1))
            .filter_map(|part| Some(part.lines().next()?.to_owned()))
            .collect()
    }

    #[test]
    fn a_compiler_that_is_installed_later_is_used() {
        let directory = env::temp_dir().join(format!("mapi-resource-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let lines = lines("windows", &directory);
        fs::remove_dir_all(&directory).unwrap();
        let names = |name: &str| lines.iter().any(|line| line == name);
        for name in [
            "rerun-if-changed=build.rs",
            "rerun-if-env-changed=RC",
            "rerun-if-env-changed=RC_x86_64-pc-windows-gnu",
            "rerun-if-env-changed=RC_x86_64_pc_windows_gnu",
        ] {
            assert!(names(name), "{name}: {lines:#?}");
        }
        let missing = format!("rerun-if-changed={}", never_there(&directory).display());
        assert!(names(&missing), "{lines:#?}");
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("warning=`contoso32.dll` has no version resource")),
            "{lines:#?}"
        );
    }

    #[test]
    fn another_system_needs_no_compiler() {
        let lines = lines("linux", &env::temp_dir());
        assert_eq!(lines, ["rerun-if-changed=build.rs"]);
    }
}
