//! From a resource script to an argument of the linker.

use std::path::PathBuf;
use std::{env, fs};

use embed_resource::{CompilationResult, NONE};

use super::Version;
use super::script::{self, Kind};

/// Puts the version resource into the DLL (the `cdylib`) of the package whose build script calls it.
///
/// # Panics
/// When it is not called by a build script, or the output directory of the build cannot be written.
pub fn library(version: &Version<'_>) {
    embed("library.rc", version, Kind::Library, |path| {
        embed_resource::compile_for_cdylib(path, NONE)
    });
}

/// Puts version resource and manifest into a program of the package whose build script calls it.
///
/// The manifest asks for the rights of whoever starts the program (`asInvoker`). Without a manifest Windows takes a 32-bit
/// program called setup for an installer and asks for an administrator at every start, for `status` and `--dry-run`, too.
///
/// # Panics
/// As [`library`].
pub fn program(name: &str, version: &Version<'_>) {
    embed("program.rc", version, Kind::Program, |path| {
        embed_resource::compile_for(path, [name], NONE)
    });
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
