//! Copies and moves to another store of the provider, and to objects of another provider.

use super::super::prelude::*;
use super::{full, only, ready, same_message, same_tree, source};

pub(in super::super) const CHECKS: &[Check] = &[
    Check::new(
        "S3.10-copy-to-another-store",
        S("3.10"),
        "IMAPIFolder::CopyMessages",
        "copying-or-moving-a-message-or-a-folder",
        "A message copied to another store of the provider arrives whole, and stays.",
        to_another_store,
    ),
    Check::new(
        "S3.10-move-to-another-store",
        S("3.10"),
        "IMAPIFolder::CopyMessages",
        "copying-or-moving-a-message-or-a-folder",
        "A message moved to another store of the provider arrives whole, and is gone from its own.",
        move_to_another_store,
    ),
    Check::new(
        "S3.10-names-in-another-store",
        S("3.10"),
        "IMAPIProp::CopyTo",
        "transmitting-and-copying-named-properties",
        "Named properties keep their names in another store, whatever their ids are there.",
        names_in_another_store,
    ),
    Check::new(
        "S3.10-folder-to-another-store",
        S("3.10"),
        "IMAPIFolder::CopyFolder",
        "imapifolder-copyfolder",
        "A folder copied, and one moved, to another store of the provider has all it had.",
        folder_to_another_store,
    ),
    Check::new(
        "S3.10-foreign-folder",
        S("3.10"),
        "IMAPISupport::CopyMessages",
        "copying-or-moving-a-message-or-a-folder",
        "Messages and folders copied to another provider's folder arrive whole, by the interfaces alone.",
        foreign_folder,
    ),
    Check::new(
        "S3.10-foreign-message",
        S("3.10"),
        "IMAPISupport::DoCopyTo",
        "imapisupport-docopyto",
        "CopyTo to another provider's message copies all, by the interfaces alone.",
        foreign_message,
    ),
    Check::new(
        "S3.10-decline-foreign",
        S("3.10"),
        "IMAPIFolder::CopyMessages",
        "imapifolder-copymessages",
        "With MAPI_DECLINE_OK nothing is handed back to MAPI: the copy is made, or declined without any effect.",
        decline_foreign,
    ),
    Check::new(
        "S3.10-failed-move",
        S("3.10"),
        "IMAPIFolder::CopyMessages",
        "imapifolder-copymessages",
        "A message that its new place refuses stays where it is, and the others are moved.",
        failed_move,
    ),
];

fn to_another_store(context: &Context) -> Verdict {
    let open = ready(context)?;
    let second = context.second()?;
    let id = full(&open.work, "whole")?.entry_id()?;
    done(open.work.copy_messages(&[&id], &second.work, 0))?;
    same_message(&only(&second.session, &second.work)?, "whole")?;
    same_message(&open.open_message(&id)?, "whole")
}

fn move_to_another_store(context: &Context) -> Verdict {
    let open = ready(context)?;
    let second = context.second()?;
    let id = full(&open.work, "whole")?.entry_id()?;
    done(open.work.copy_messages(&[&id], &second.work, MESSAGE_MOVE))?;
    same_message(&only(&second.session, &second.work)?, "whole")?;
    equal(
        "subjects in the source",
        Vec::<String>::new(),
        open.subjects(&open.work)?,
    )
}

fn names_in_another_store(context: &Context) -> Verdict {
    let open = ready(context)?;
    let second = context.second()?;
    for text in ["one", "two", "three"] {
        second
            .work
            .named(&Name::string(PS_PUBLIC_STRINGS, text), PT_UNICODE)?;
    }
    let from = full(&open.work, "whole")?;
    let to = second.work.create_message()?;
    from.copy_to(&to, &[], 0)?;
    to.save(0)?;
    same_message(&only(&second.session, &second.work)?, "whole")
}

fn folder_to_another_store(context: &Context) -> Verdict {
    let open = ready(context)?;
    let second = context.second()?;
    let from = source(&open)?;
    let id = from.entry_id()?;
    for (name, flags) in [("copied", COPY_SUBFOLDERS), ("moved", FOLDER_MOVE)] {
        done(open.work.copy_folder(&id, &second.work, Some(name), flags))?;
        let there = some("the hierarchy table", name, second.work.child(name)?)?;
        same_tree(&second.session, &there)?;
    }
    equal(
        "subfolders of the source",
        Vec::<String>::new(),
        open.work.child_names()?,
    )
}

fn foreign_folder(context: &Context) -> Verdict {
    let open = ready(context)?;
    let second = context.second()?;
    let foreign = Disguise::new().folder(&second.work);
    let from = source(&open)?;
    let id = full(&open.work, "whole")?.entry_id()?;
    done(open.work.copy_messages(&[&id], &foreign, 0))?;
    same_message(&only(&second.session, &second.work)?, "whole")?;
    let flags = COPY_SUBFOLDERS;
    done(
        open.work
            .copy_folder(&from.entry_id()?, &foreign, Some("copy"), flags),
    )?;
    let there = some(
        "the hierarchy table",
        "the copy",
        second.work.child("copy")?,
    )?;
    same_tree(&second.session, &there)?;
    same_tree(&open, &from)
}

fn foreign_message(context: &Context) -> Verdict {
    let open = ready(context)?;
    let second = context.second()?;
    let from = full(&open.work, "whole")?;
    let to = second.work.create_message()?;
    from.copy_to(&Disguise::new().message(&to), &[], 0)?;
    to.save(0)?;
    same_message(&only(&second.session, &second.work)?, "whole")
}

fn decline_foreign(context: &Context) -> Verdict {
    let open = ready(context)?;
    let second = context.second()?;
    let foreign = Disguise::new().folder(&second.work);
    let message = open.message("one")?;
    let id = message.entry_id()?;
    let inner = open.work.create_folder("inner")?;
    context.host().clear_calls();
    let answers = [
        open.work
            .copy_messages(&[&id], &foreign, MAPI_DECLINE_OK)
            .map(drop),
        open.work
            .copy_folder(&inner.entry_id()?, &foreign, None, MAPI_DECLINE_OK)
            .map(drop),
        inner.copy_to(&foreign, &[], MAPI_DECLINE_OK).map(drop),
    ];
    for answer in answers {
        if let Err(failure) = answer {
            code("the copy", &[MAPI_E_DECLINE_COPY], failure.code)?;
        }
    }
    for method in [
        Method::CopyMessages,
        Method::CopyFolder,
        Method::DoCopyTo,
        Method::DoCopyProps,
    ] {
        let calls = context.host().calls_of(method).len();
        equal(&format!("calls of {method:?}"), 0, calls)?;
    }
    Ok(())
}

fn failed_move(context: &Context) -> Verdict {
    let open = ready(context)?;
    let second = context.second()?;
    let disguise = Disguise::new();
    let foreign = disguise.folder(&second.work);
    let ids = open.messages(&["one", "two", "three"])?;
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    disguise.fail_save(2);
    let answer = open.work.copy_messages(&ids, &foreign, MESSAGE_MOVE)?;
    code("CopyMessages", &[MAPI_W_PARTIAL_COMPLETION], answer)?;
    let mut all = open.subjects(&open.work)?;
    equal("messages that stay", 1, all.len())?;
    all.extend(second.session.subjects(&second.work)?);
    all.sort();
    equal(
        "the messages in both folders",
        vec!["one".to_string(), "three".to_string(), "two".to_string()],
        all,
    )
}
