//! Deleting much, and showing how far it is.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S3.4-delete-messages-cancelled",
        S("3.4"),
        "IMAPIFolder::DeleteMessages",
        "imapiprogress-progress",
        "A deletion that the user cancels leaves the rest, or was done already.",
        delete_messages_cancelled,
    ),
    Check::new(
        "S3.4-delete-folder-progress",
        S("3.4"),
        "IMAPIFolder::DeleteFolder",
        "how-to-display-a-progress-indicator",
        "A progress object is used with FOLDER_DIALOG only, from low to high, and no reference is kept.",
        delete_folder_progress,
    ),
    Check::new(
        "S3.4-empty-folder-progress",
        S("3.4"),
        "IMAPIFolder::EmptyFolder",
        "how-to-display-a-progress-indicator",
        "A progress object is used with FOLDER_DIALOG only, from low to high, and no reference is kept.",
        empty_folder_progress,
    ),
    Check::new(
        "S3.4-delete-folder-refused-with-dialog",
        S("3.4"),
        "IMAPIFolder::DeleteFolder",
        "imapifolder-deletefolder",
        "With FOLDER_DIALOG too a folder that is not empty is refused, and nothing of it is deleted.",
        refused_with_dialog,
    ),
];

/// A folder with messages and a subfolder that has some too.
fn tree(open: &Open, name: &str) -> Result<Folder> {
    let folder = open.work.create_folder(name)?;
    for subject in ["one", "two", "three"] {
        folder.add_message(&[Prop::new(PR_SUBJECT, subject)])?;
    }
    let inner = folder.create_folder("inner")?;
    inner.add_message(&[Prop::new(PR_SUBJECT, "deep")])?;
    Ok(folder)
}

/// Whether the reports were what they should be.
fn judge(progress: &ProgressRecorder, dialog: bool) -> Verdict {
    let reports = progress.reports();
    let values: Vec<u32> = reports.iter().map(|report| report.value).collect();
    if dialog {
        holds(
            !values.is_empty() && values.is_sorted() && values.iter().all(|value| *value <= 1000),
            "IMAPIProgress::Progress",
            "values that rise up to 1000",
            format!("{values:?}"),
        )?;
    } else {
        equal("reports without FOLDER_DIALOG", 0, values.len())?;
    }
    let here = std::thread::current().id();
    holds(
        progress.threads().iter().all(|thread| *thread == here),
        "IMAPIProgress::Progress",
        "calls on the thread of the caller",
        "calls on another thread",
    )?;
    equal(
        "references to the progress object",
        1,
        progress.references(),
    )
}

fn delete_messages_cancelled(context: &Context) -> Verdict {
    let open = context.open()?;
    let subjects: Vec<String> = (0..150).map(|number| format!("{number:03}")).collect();
    let list: Vec<&str> = subjects.iter().map(String::as_str).collect();
    let ids = open.messages(&list)?;
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    let progress = ProgressRecorder::cancelling_after(1);
    match open
        .work
        .delete_messages_with(&ids, MESSAGE_DIALOG, Some(&progress))
    {
        Ok(answer) => code("DeleteMessages", &[S_OK, MAPI_W_PARTIAL_COMPLETION], answer)?,
        Err(failure) => {
            code("DeleteMessages", &[MAPI_E_USER_CANCEL], failure.code)?;
            let left = open.subjects(&open.work)?;
            holds(
                !left.is_empty() && left.iter().all(|subject| subjects.contains(subject)),
                "the messages that are left",
                "some of the messages",
                format!("{left:?}"),
            )?;
        }
    }
    equal(
        "references to the progress object",
        1,
        progress.references(),
    )
}

fn delete_folder_progress(context: &Context) -> Verdict {
    let open = context.open()?;
    for flags in [0, FOLDER_DIALOG] {
        let id = tree(&open, "tree")?.entry_id()?;
        let progress = ProgressRecorder::new();
        let flags = flags | DEL_MESSAGES | DEL_FOLDERS;
        done(open.work.delete_folder_with(&id, flags, Some(&progress)))?;
        equal("subfolders", Vec::<String>::new(), open.work.child_names()?)?;
        judge(&progress, flags & FOLDER_DIALOG != 0)?;
    }
    Ok(())
}

fn empty_folder_progress(context: &Context) -> Verdict {
    let open = context.open()?;
    for (name, flags) in [("silent", 0), ("shown", FOLDER_DIALOG)] {
        let folder = tree(&open, name)?;
        let progress = ProgressRecorder::new();
        done(folder.empty_with(flags, Some(&progress)))?;
        equal(
            "what is left",
            (Vec::<String>::new(), Vec::<String>::new()),
            (open.subjects(&folder)?, folder.child_names()?),
        )?;
        judge(&progress, flags & FOLDER_DIALOG != 0)?;
    }
    Ok(())
}

fn refused_with_dialog(context: &Context) -> Verdict {
    let open = context.open()?;
    let folder = tree(&open, "tree")?;
    let id = folder.entry_id()?;
    for (flags, expected) in [
        (DEL_MESSAGES, MAPI_E_HAS_FOLDERS),
        (DEL_FOLDERS, MAPI_E_HAS_MESSAGES),
    ] {
        refused(
            "DeleteFolder",
            &[expected],
            open.work.delete_folder(&id, flags | FOLDER_DIALOG),
        )?;
    }
    equal("messages", 3, open.subjects(&folder)?.len())?;
    equal(
        "subfolders",
        vec!["inner".to_string()],
        folder.child_names()?,
    )
}
