//! Messages, recipients and attachments.

use super::*;

session! {
    "IMessage::GetAttachmentTable", "imessage-getattachmenttable", STORE_ATTACH_OK, |stage| {
        let message = stage.message.clone();
        Ok(Box::new(move || message.attachments().map(drop)))
    };
    "IMessage::OpenAttach", "imessage-openattach", STORE_ATTACH_OK, |stage| {
        let message = stage.message.clone();
        let number = number(&message)?;
        Ok(Box::new(move || {
            let attachment = message.open_attachment(number)?;
            attachment.get_all()?;
            attachment.bytes().map(drop)
        }))
    };
    "IMessage::CreateAttach", "imessage-createattach", STORE_ATTACH_OK, |stage| {
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            message.attach("new.txt", b"new")?;
            message.save(KEEP_OPEN_READWRITE)
        }))
    };
    "IMessage::DeleteAttach", "imessage-deleteattach", STORE_ATTACH_OK, |stage| {
        let message = stage.own_message()?;
        let number = message.attach("old.txt", b"old")?;
        message.save(KEEP_OPEN_READWRITE)?;
        Ok(Box::new(move || {
            message.delete_attachment(number)?;
            message.save(KEEP_OPEN_READWRITE)
        }))
    };
    "IMessage::GetRecipientTable", "imessage-getrecipienttable", 0, |stage| {
        let message = stage.message.clone();
        Ok(Box::new(move || message.recipients().map(drop)))
    };
    "IMessage::ModifyRecipients", "imessage-modifyrecipients", 0, |stage| {
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
            message.modify_recipients(0, &[recipient(MAPI_CC, "Bert", "bert@contoso.example")])?;
            message.save(KEEP_OPEN_READWRITE)
        }))
    };
    "IMessage::SubmitMessage", "imessage-submitmessage", STORE_SUBMIT_OK, |stage| {
        let (store, message) = (stage.store(), stage.own_message()?);
        message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
        message.save(KEEP_OPEN_READWRITE)?;
        let id = message.entry_id()?;
        Ok(Box::new(move || {
            let _ = message.submit(0)?;
            drop(message);
            store.abort_submit(&id)
        }))
    };
    "IMessage::SetReadFlag", "imessage-setreadflag", 0, |stage| {
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            message.set_read_flag(SUPPRESS_RECEIPT)?;
            message.set_read_flag(CLEAR_READ_FLAG)
        }))
    };
    "IMessage::OpenProperty", "recipient-tables", 0, |stage| {
        let message = stage.message.clone();
        Ok(Box::new(move || {
            message.table(PR_MESSAGE_ATTACHMENTS)?.all_rows()?;
            match message.table(PR_MESSAGE_RECIPIENTS) {
                // Recipients need not open this way.
                Err(_) => Ok(()),
                Ok(table) => table.all_rows().map(drop),
            }
        }))
    };
    "IAttach::SetProps", "iattachimapiprop", STORE_ATTACH_OK, |stage| {
        let (_, attachment) = stage.own_message()?.create_attachment()?;
        Ok(Box::new(move || {
            attachment.set(&[Prop::new(PR_ATTACH_METHOD, ATTACH_BY_VALUE), Prop::new(PR_ATTACH_SIZE, 1)])?;
            attachment.delete(&[PR_ATTACH_FILENAME])?;
            attachment.save(KEEP_OPEN_READWRITE)
        }))
    };
    "IAttach::CopyTo", "imapiprop-copyto", STORE_ATTACH_OK, |stage| {
        let from = stage.message.open_attachment(number(&stage.message)?)?;
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            let (_, to) = message.create_attachment()?;
            from.copy_to(&to, &[], 0)?;
            to.save(0)?;
            message.save(0)
        }))
    };
    "IAttach::OpenProperty", "imapiprop-openproperty", STORE_ATTACH_OK, |stage| {
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            let (_, attachment) = message.create_attachment()?;
            attachment.put(PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG)?;
            let inner = attachment.embedded(MAPI_CREATE | MAPI_MODIFY)?;
            inner.put(PR_SUBJECT, "inside")?;
            inner.save(0)?;
            attachment.save(0)?;
            message.save(KEEP_OPEN_READWRITE)
        }))
    };
}

fn number(message: &Message) -> Result<u32> {
    let rows = message.attachments()?;
    let number = rows.first().and_then(|row| row.bits(PR_ATTACH_NUM));
    number.ok_or(Failure {
        call: "IMessage::GetAttachmentTable",
        code: MAPI_E_NOT_FOUND,
    })
}
