//! What folders have of their own.

use super::stage::{slices, whole};
use super::*;

session! {
    "IMAPIFolder::CreateMessage", "imapifolder-createmessage", 0, |stage| {
        let folder = stage.work();
        Ok(Box::new(move || {
            let message = folder.create_message()?;
            message.put(PR_SUBJECT, "made")?;
            message.save(0)?;
            folder.create_message_with(MAPI_ASSOCIATED)?.save(0)
        }))
    };
    "IMAPIFolder::CopyMessages", "imapifolder-copymessages", 0, |stage| {
        let ((from, ids), to) = (stage.filled()?, stage.folder()?);
        Ok(Box::new(move || {
            whole(from.copy_messages(&slices(&ids), &to, 0))?;
            whole(from.copy_messages(&slices(&ids), &to, MESSAGE_MOVE))
        }))
    };
    "IMAPIFolder::DeleteMessages", "imapifolder-deletemessages", 0, |stage| {
        let (folder, ids) = stage.filled()?;
        Ok(Box::new(move || whole(folder.delete_messages(&slices(&ids), 0))))
    };
    "IMAPIFolder::CreateFolder", "imapifolder-createfolder", 0, |stage| {
        let (parent, name) = (stage.work(), stage.name());
        Ok(Box::new(move || {
            let folder = parent.create_folder_with(FOLDER_GENERIC, &name, Some("comment"), MAPI_UNICODE)?;
            folder.put(PR_DISPLAY_NAME, format!("{name} renamed"))
        }))
    };
    "IMAPIFolder::CopyFolder", "imapifolder-copyfolder", 0, |stage| {
        let (parent, (folder, _), to) = (stage.work(), stage.filled()?, stage.folder()?);
        folder.create_folder("inner")?;
        let (id, name) = (folder.entry_id()?, stage.name());
        drop(folder);
        Ok(Box::new(move || {
            whole(parent.copy_folder(&id, &to, Some(&name), COPY_SUBFOLDERS | MAPI_UNICODE))?;
            whole(parent.copy_folder(&id, &to, None, FOLDER_MOVE | MAPI_UNICODE))
        }))
    };
    "IMAPIFolder::DeleteFolder", "imapifolder-deletefolder", 0, |stage| {
        let (parent, (folder, _)) = (stage.work(), stage.filled()?);
        folder.create_folder("inner")?;
        let id = folder.entry_id()?;
        drop(folder);
        Ok(Box::new(move || {
            whole(parent.delete_folder(&id, DEL_MESSAGES | DEL_FOLDERS))
        }))
    };
    "IMAPIFolder::SetReadFlags", "imapifolder-setreadflags", 0, |stage| {
        let (folder, ids) = stage.filled()?;
        Ok(Box::new(move || {
            whole(folder.set_read_flags(Some(&slices(&ids)), SUPPRESS_RECEIPT))?;
            whole(folder.set_read_flags(None, CLEAR_READ_FLAG))
        }))
    };
    "IMAPIFolder::SetMessageStatus", "imapifolder-setmessagestatus", 0, |stage| {
        let (folder, ids) = stage.filled()?;
        Ok(Box::new(move || {
            folder.set_message_status(&ids[0], MSGSTATUS_TAGGED, MSGSTATUS_TAGGED)?;
            folder.message_status(&ids[0]).map(drop)
        }))
    };
    "IMAPIFolder::SaveContentsSort", "imapifolder-savecontentssort", 0, |stage| {
        let folder = stage.work();
        Ok(Box::new(move || {
            // It may be refused; that it does no harm is what counts.
            let _ = folder.save_contents_sort(&SortOrder::ascending(&[PR_SUBJECT]));
            Ok(())
        }))
    };
    "IMAPIFolder::EmptyFolder", "imapifolder-emptyfolder", 0, |stage| {
        let (folder, _) = stage.filled()?;
        folder.create_folder("inner")?;
        Ok(Box::new(move || whole(folder.empty(DEL_ASSOCIATED))))
    };
}
