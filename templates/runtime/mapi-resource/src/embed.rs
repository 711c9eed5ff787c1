//! From a resource script to an argument of the linker.

use std::path::PathBuf;
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
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("windows") {
        println!("cargo::rerun-if-changed=build.rs");
        return;
    }
    if let Some(part) = script::part_that_does_not_fit(version.version) {
        println!(
            "cargo::warning=the version resource of `{}` says 65535 instead of {part}: Windows has no larger numbers in versions",
            version.file_name
        );
    }
    let directory = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    let path = PathBuf::from(directory).join(name);
    fs::write(&path, script::text(version, kind))
        .unwrap_or_else(|error| panic!("could not write `{}`: {error}", path.display()));
    let (reason, help) = match compile(path) {
        CompilationResult::Ok | CompilationResult::NotWindows => {
            println!("cargo::rerun-if-changed=build.rs");
            return;
        }
        CompilationResult::NotAttempted(compiler) => (
            format!("the resource compiler `{compiler}` is missing"),
            "install it with mingw-w64 (binutils) or LLVM",
        ),
        CompilationResult::Failed(error) => (
            format!("the resource compiler failed ({error})"),
            "install the Windows SDK, or set RC to the path of rc.exe, windres or llvm-rc",
        ),
    };
    // Without a line that says when, cargo runs the script again as soon as a file of the package changes.
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
