//! The templates: `templates/provider`, laid out as the project that they make.
//!
//! `x.hbs` becomes `x`; a file without that ending is copied. The few whose place or presence depends on the spec stand
//! in [`CHOICES`].

use std::borrow::Cow;

use handlebars::{Handlebars, no_escape};
use include_dir::{Dir, DirEntry, include_dir};

use super::{Context, Error, add, helpers};
use crate::files::{FileSet, Owner};

/// The templates as they lie in the repository.
pub(super) static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/provider");

/// A template whose presence or name depends on the spec.
struct Choice {
    template: &'static str,
    /// Where it goes.
    path: &'static str,
    /// Whether this spec wants it.
    wanted: fn(&Context) -> bool,
}

const CHOICES: &[Choice] = &[
    Choice {
        template: "src/remote.directory.rs.hbs",
        path: "src/remote.rs",
        wanted: |context| context.sync.is_directory,
    },
    Choice {
        template: "src/remote.custom.rs.hbs",
        path: "src/remote.rs",
        wanted: |context| context.sync.enabled && !context.sync.is_directory,
    },
    Choice {
        template: "registration/indexing.reg.hbs",
        path: "registration/indexing.reg",
        wanted: |context| context.registration.indexing,
    },
    Choice {
        template: "registration/indexing-remove.reg.hbs",
        path: "registration/indexing-remove.reg",
        wanted: |context| context.registration.indexing,
    },
    // Windows Installer installs for the whole machine.
    Choice {
        template: "registration/installer.wxs.hbs",
        path: "registration/installer.wxs",
        wanted: |context| context.registration.machine,
    },
];

/// Files that become the team's once they are written; directories end with `/`.
const TEAM: &[&str] = &[
    ".gitattributes",
    ".gitignore",
    "Cargo.toml",
    "README.md",
    "sample-mail/",
    "src/remote.rs",
];

/// Renders or copies every template into `files`.
pub(super) fn render(context: &Context, files: &mut FileSet) -> Result<(), Error> {
    let registry = registry();
    let data = handlebars::Context::wraps(context).map_err(|error| Error(error.to_string()))?;
    each(&TEMPLATES, &mut |path, bytes| {
        let choice = CHOICES.iter().find(|choice| choice.template == path);
        if choice.is_some_and(|choice| !(choice.wanted)(context))
            || path == super::cargo_lock::TEMPLATE
        {
            return Ok(());
        }
        let path = choice.map_or(path, |choice| choice.path);
        let owner = owner(path.strip_suffix(".hbs").unwrap_or(path));
        match (choice, path.strip_suffix(".hbs")) {
            (None, None) => add(files, path, owner, finish(path, Cow::Borrowed(bytes))?),
            (_, stripped) => {
                let name = choice.map_or(path, |choice| choice.template);
                let source = std::str::from_utf8(bytes)
                    .map_err(|_| Error(format!("template `{name}` is not UTF-8")))?;
                let text = registry
                    .render_template_with_context(source, &data)
                    .map_err(|error| Error(format!("template `{name}`: {error}")))?;
                let path = stripped.unwrap_or(path);
                add(
                    files,
                    path,
                    owner,
                    finish(path, Cow::Owned(text.into_bytes()))?,
                )
            }
        }
    })
}

/// Handlebars as all templates need it.
pub(super) fn registry() -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(no_escape);
    helpers::register(&mut registry);
    registry
}

/// Calls `visit` with the path and the bytes of every file below a directory, in the order of their paths.
pub(super) fn each(
    directory: &Dir<'static>,
    visit: &mut dyn FnMut(&'static str, &'static [u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    for entry in directory.entries() {
        match entry {
            DirEntry::Dir(directory) => each(directory, visit)?,
            DirEntry::File(file) => {
                let path = file.path().to_str();
                let path =
                    path.ok_or_else(|| Error(format!("`{}` is not UTF-8", file.path().display())))?;
                // include_dir keeps the separators of the system that built us.
                let path = if path.contains('\\') {
                    path.replace('\\', "/").leak()
                } else {
                    path
                };
                visit(path, file.contents())?;
            }
        }
    }
    Ok(())
}

fn owner(path: &str) -> Owner {
    let is_team = |team: &&str| {
        if team.ends_with('/') {
            path.starts_with(*team)
        } else {
            path == *team
        }
    };
    if TEAM.iter().any(is_team) {
        Owner::Team
    } else {
        Owner::Generated
    }
}

/// Line ends and encoding as the file's reader wants them. Windows' own tools read a file without a byte order mark in
/// the code page of the machine, which is why ASCII stays ASCII and anything else gets a mark: UTF-16 for INF and .reg,
/// which know no UTF-8, and UTF-8 for PowerShell.
fn finish(path: &str, bytes: Cow<'static, [u8]>) -> Result<Cow<'static, [u8]>, Error> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    if !matches!(extension, "cmd" | "inf" | "ps1" | "reg") {
        return Ok(bytes);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Error(format!("`{path}` is not UTF-8")))?;
    let text = text.replace('\n', "\r\n");
    Ok(Cow::Owned(match extension {
        _ if text.is_ascii() => text.into_bytes(),
        "cmd" => return Err(Error(format!("`{path}` is not ASCII"))),
        "ps1" => ["\u{feff}".as_bytes(), text.as_bytes()].concat(),
        _ => "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect(),
    }))
}
