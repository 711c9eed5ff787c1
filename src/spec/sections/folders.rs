//! `[[folders]]`: each folder on its own. How they fit together is the business of [`folder_tree`].

use super::super::codes::Code;
use super::super::finding::{Finding, Span};
use super::super::model::Folder;
use super::super::reader::{Rules, TableReader};
use super::super::report::{Report, Spanned, quoted};
use super::super::schema;
use super::super::text;
use super::super::words::{FolderRole, StoreKind};
use super::folder_tree;

/// The most folders; the generated code numbers them with 16 bits.
const MAX_FOLDERS: usize = 10_000;

/// The most message classes that one folder receives.
const MAX_CLASSES: usize = 100;

/// A folder as the spec has it.
#[derive(Debug)]
pub(super) struct Draft {
    pub id: Spanned<String>,
    pub name: Spanned<String>,
    pub parent: Option<Spanned<String>>,
    pub role: Spanned<FolderRole>,
    pub container_class: String,
    pub comment: String,
    pub receive_classes: Vec<Spanned<String>>,
    pub hidden: bool,
    /// The header.
    pub span: Span,
}

/// Reads the folders; a spec without any gets the ones that its kind of store must have.
pub(super) fn read(
    root: &TableReader<'_>,
    kind: Option<StoreKind>,
    report: &Report,
) -> Vec<Folder> {
    if !root.has("folders") {
        let folders = required_folders(kind.unwrap_or(StoreKind::Secondary))
            .iter()
            .map(|(name, role)| default_draft(name, *role))
            .collect();
        return folder_tree::build(folders, report);
    }
    let readers = root.tables("folders", &schema::FOLDERS, MAX_FOLDERS);
    let drafts: Vec<Draft> = readers
        .iter()
        .map(|reader| read_folder(reader, kind, report))
        .collect();
    let has_bad_role = readers.iter().any(|reader| {
        reader.entry("role").is_some_and(|entry| {
            !FolderRole::WORDS
                .iter()
                .any(|word| entry.node.is_string(word))
        })
    });
    if let (Some(entry), Some(kind), false) = (
        root.entry("folders").filter(|entry| entry.node.is_array()),
        kind,
        has_bad_role,
    ) {
        check_required(&drafts, kind, entry.key_span, report);
    }
    folder_tree::build(drafts, report)
}

/// The folders that a store must have, apart from those below its root [mapi-special-folders].
fn required_folders(kind: StoreKind) -> &'static [(&'static str, FolderRole)] {
    match kind {
        StoreKind::Secondary => &[("Deleted Items", FolderRole::DeletedItems)],
        StoreKind::DefaultCapable => &[
            ("Inbox", FolderRole::Inbox),
            ("Outbox", FolderRole::Outbox),
            ("Sent Items", FolderRole::SentMail),
            ("Deleted Items", FolderRole::DeletedItems),
        ],
    }
}

/// A folder that no spec states.
pub(super) fn default_draft(name: &str, role: FolderRole) -> Draft {
    let nowhere = Span {
        source: 0,
        start: 0,
        end: 0,
    };
    let spanned = |text: &str| Spanned {
        value: text.to_owned(),
        span: nowhere,
    };
    Draft {
        id: spanned(name),
        name: spanned(name),
        parent: None,
        role: Spanned {
            value: role,
            span: nowhere,
        },
        container_class: role.container_class().to_owned(),
        comment: String::new(),
        receive_classes: Vec::new(),
        hidden: false,
        span: nowhere,
    }
}

fn check_required(drafts: &[Draft], kind: StoreKind, span: Span, report: &Report) {
    for (name, role) in required_folders(kind) {
        if drafts.iter().any(|draft| draft.role.value == *role) {
            continue;
        }
        Finding::new(
            Code::MissingRole,
            format!("no folder has the role `{role}`"),
        )
        .at(span, format!("every {kind} store has one"))
        .help(format!(
            "add `[[folders]]` with `name = \"{name}\"` and `role = \"{role}\"`"
        ))
        .report(report);
    }
}

fn read_folder(reader: &TableReader<'_>, kind: Option<StoreKind>, report: &Report) -> Draft {
    reader.require("name", "add the name that users see: `name = \"Inbox\"`");
    let span = reader.span();
    let nameless = || Spanned {
        value: String::new(),
        span,
    };
    let name = reader.text("name", Rules::LINE).unwrap_or_else(nameless);
    let role = reader.word("role").unwrap_or(Spanned {
        value: FolderRole::None,
        span,
    });
    if role.value == FolderRole::Outbox && kind == Some(StoreKind::Secondary) {
        Finding::new(Code::RoleNotInStore, "a secondary store has no Outbox")
            .at(role.span, "")
            .help("Outlook sends from the Outbox of the default store; remove the folder")
            .help("or make the store default-capable: `kind = \"default-capable\"` in `[service]`")
            .report(report);
    }
    let hidden = reader.boolean("hidden").unwrap_or(false);
    if hidden && is_worked_in(role.value) {
        Finding::new(
            Code::HiddenRole,
            format!("the folder with the role `{}` is hidden", role.value),
        )
        .at(
            reader.entry("hidden").map_or(span, |entry| entry.node.span),
            "",
        )
        .help("users cannot reach it; remove `hidden`")
        .report(report);
    }
    Draft {
        id: reader
            .text("id", Rules::LINE)
            .unwrap_or_else(|| name.clone()),
        name,
        parent: reader.text("parent", Rules::LINE),
        container_class: read_container_class(reader, role.value, report),
        role,
        comment: reader
            .text("comment", Rules::OPTIONAL_LINE)
            .map(|text| text.value)
            .unwrap_or_default(),
        receive_classes: read_receive_classes(reader, report),
        hidden,
        span,
    }
}

/// Whether users open the folder themselves.
fn is_worked_in(role: FolderRole) -> bool {
    matches!(
        role,
        FolderRole::IpmSubtree
            | FolderRole::Inbox
            | FolderRole::Outbox
            | FolderRole::SentMail
            | FolderRole::DeletedItems
            | FolderRole::Drafts
    )
}

fn read_container_class(reader: &TableReader<'_>, role: FolderRole, report: &Report) -> String {
    let wanted = role.container_class();
    let Some(class) = reader.text("container-class", Rules::LINE) else {
        return wanted.to_owned();
    };
    let is_below = |base: &str| {
        class.value == base
            || class
                .value
                .strip_prefix(base)
                .is_some_and(|rest| rest.starts_with('.'))
    };
    if !text::is_class(&class.value) || !is_below("IPF") {
        Finding::new(Code::BadContainerClass, format!("{} is not a container class", quoted(&class.value)))
            .at(class.span, "")
            .help("write `IPF.Note` for mail, `IPF.Appointment`, `IPF.Contact`, `IPF.Task`, `IPF.StickyNote` or `IPF.Journal`")
            .report(report);
    } else if role != FolderRole::None && !role.is_below_root() && !is_below(wanted) {
        Finding::new(
            Code::RoleContainerClass,
            format!(
                "a folder with the role `{role}` cannot hold {}",
                quoted(&class.value)
            ),
        )
        .at(class.span, format!("the role wants `{wanted}`"))
        .help("remove `container-class`, or the role")
        .report(report);
    }
    class.value
}

fn read_receive_classes(reader: &TableReader<'_>, report: &Report) -> Vec<Spanned<String>> {
    let rules = Rules {
        may_be_empty: true,
        ..Rules::LINE
    };
    let classes = reader
        .texts("receive-classes", rules, MAX_CLASSES)
        .unwrap_or_default();
    for class in classes
        .iter()
        .filter(|class| !class.value.is_empty() && !text::is_class(&class.value))
    {
        Finding::new(Code::BadMessageClass, format!("{} is not a message class", quoted(&class.value)))
            .at(class.span, "")
            .help("write `IPM.Note` for mail, `REPORT.IPM.Note.NDR` and the like, or `\"\"` for everything else")
            .report(report);
    }
    classes
}
