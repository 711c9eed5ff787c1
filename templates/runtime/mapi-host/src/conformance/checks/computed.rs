//! What the store computes when a message is saved.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C67-subject-prefix",
        A(67),
        "IMAPIProp::SaveChanges",
        "pidtagsubjectprefix-canonical-property",
        "\"RE: x\" is split into the prefix \"RE: \" and the normalized subject \"x\".",
        |context| splits(context, "RE: x", "RE: ", "x"),
    ),
    Check::new(
        "C67-no-subject-prefix",
        A(67),
        "IMAPIProp::SaveChanges",
        "pidtagsubjectprefix-canonical-property",
        "\"Notice: x\" has no prefix: more than three letters.",
        |context| splits(context, "Notice: x", "", "Notice: x"),
    ),
    Check::new(
        "C67-short-prefixes",
        A(67),
        "IMAPIProp::SaveChanges",
        "pidtagsubjectprefix-canonical-property",
        "Prefixes of one to three letters are found in any language; digits are none.",
        short_prefixes,
    ),
    Check::new(
        "C67-prefix-of-the-client",
        S("3.5"),
        "IMAPIProp::SetProps",
        "pidtagsubjectprefix-canonical-property",
        "A prefix that the client sets along with the subject is respected.",
        prefix_of_the_client,
    ),
    Check::new(
        "C68-display-to-cc-bcc",
        A(68),
        "IMAPIProp::SaveChanges",
        "pidtagdisplayto-canonical-property",
        "PR_DISPLAY_TO, CC and BCC list the recipients, and are empty texts without any.",
        display_names,
    ),
    Check::new(
        "C68-display-to-is-last-saved",
        A(68),
        "IMessage::ModifyRecipients",
        "imessageimapiprop",
        "PR_DISPLAY_TO follows the recipients of the last save.",
        display_to_is_last_saved,
    ),
    Check::new(
        "S3.5-flags-of-a-new-message",
        S("3.5"),
        "IMAPIFolder::CreateMessage",
        "pidtagmessageflags-canonical-property",
        "A new message is unsent and unmodified; after a second save it is no longer unmodified.",
        flags_of_a_new_message,
    ),
    Check::new(
        "S3.5-client-flags",
        S("3.5"),
        "IMAPIProp::SetProps",
        "pidtagmessageflags-canonical-property",
        "Before the first save a client may mark a message as read and sent; MSGFLAG_HASATTACH and ASSOCIATED it may not set.",
        client_flags,
    ),
    Check::new(
        "S3.5-has-attach",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "pidtagmessageflags-canonical-property",
        "PR_HASATTACH and MSGFLAG_HASATTACH follow the attachments.",
        has_attach,
    ),
    Check::new(
        "S3.5-message-size",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "pidtagmessagesize-canonical-property",
        "PR_MESSAGE_SIZE grows with the message.",
        message_size,
    ),
    Check::new(
        "S3.5-associated-flag",
        S("3.5"),
        "IMAPIFolder::CreateMessage",
        "pidtagmessageflags-canonical-property",
        "A message created with MAPI_ASSOCIATED has MSGFLAG_ASSOCIATED.",
        associated_flag,
    ),
    Check::new(
        "S3.5-body-round-trip",
        S("3.5"),
        "IMAPIProp::SetProps",
        "supporting-formatted-text-message-store-responsibilities",
        "A plain body is kept as it is, line ends and all.",
        body_round_trip,
    ),
    Check::new(
        "S5.3-conversation-index",
        S("5.3"),
        "IMAPIProp::SaveChanges",
        "tracking-conversations",
        "PR_CONVERSATION_INDEX is what the client has set; of other messages there is none, or one of 22 bytes.",
        conversation_index,
    ),
    Check::new(
        "S5.3-conversation-topic",
        S("5.3"),
        "IMAPIProp::SaveChanges",
        "pidtagconversationtopic-canonical-property",
        "PR_CONVERSATION_TOPIC is what the client has set; of other messages it is the normalized subject, or missing.",
        conversation_topic,
    ),
    Check::new(
        "S5.2-extended-size",
        S("5.2"),
        "IMAPIProp::GetProps",
        "pidtagmessagesizeextended-canonical-property",
        "PR_MESSAGE_SIZE_EXTENDED, where there is one, says what PR_MESSAGE_SIZE says.",
        extended_size,
    ),
];

fn splits(context: &Context, subject: &str, prefix: &str, rest: &str) -> Verdict {
    let open = context.open()?;
    let message = open.message(subject)?;
    let props = message.get(&[PR_SUBJECT, PR_SUBJECT_PREFIX, PR_NORMALIZED_SUBJECT])?;
    equal("PR_SUBJECT", Some(subject), props.text(PR_SUBJECT))?;
    equal(
        &format!("PR_SUBJECT_PREFIX of {subject:?}"),
        prefix,
        props.text(PR_SUBJECT_PREFIX).unwrap_or_default(),
    )?;
    equal(
        &format!("PR_NORMALIZED_SUBJECT of {subject:?}"),
        Some(rest),
        props.text(PR_NORMALIZED_SUBJECT),
    )
}

fn short_prefixes(context: &Context) -> Verdict {
    for (subject, prefix, rest) in [
        ("AW: x", "AW: ", "x"),
        ("Fwd: x", "Fwd: ", "x"),
        ("R: x", "R: ", "x"),
        ("12: x", "", "12: x"),
        ("x", "", "x"),
        ("RE:x", "", "RE:x"),
    ] {
        splits(context, subject, prefix, rest)?;
    }
    Ok(())
}

fn prefix_of_the_client(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.work.create_message()?;
    message.set(&[
        Prop::new(PR_SUBJECT, "Antwort: x"),
        Prop::new(PR_SUBJECT_PREFIX, "Antwort: "),
    ])?;
    message.save(KEEP_OPEN_READWRITE)?;
    let props = message.get(&[PR_SUBJECT_PREFIX, PR_NORMALIZED_SUBJECT])?;
    equal(
        "PR_SUBJECT_PREFIX",
        Some("Antwort: "),
        props.text(PR_SUBJECT_PREFIX),
    )?;
    equal(
        "PR_NORMALIZED_SUBJECT",
        Some("x"),
        props.text(PR_NORMALIZED_SUBJECT),
    )
}

fn display_names(context: &Context) -> Verdict {
    let open = context.open()?;
    let tags = [PR_DISPLAY_TO, PR_DISPLAY_CC, PR_DISPLAY_BCC];
    let props = open.message("alone")?.get(&tags)?;
    for tag in tags {
        equal(
            &format!("{tag:#010X} without recipients"),
            Some(""),
            props.text(tag),
        )?;
    }
    let message = open.message("many")?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    message.add_recipient(MAPI_TO, "Ben", "ben@contoso.example")?;
    message.add_recipient(MAPI_CC, "Cleo", "cleo@contoso.example")?;
    message.add_recipient(MAPI_BCC, "Dana", "dana@contoso.example")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let props = open.open_message(&message.entry_id()?)?.get(&tags)?;
    equal(
        "PR_DISPLAY_TO",
        Some("Anna; Ben"),
        props.text(PR_DISPLAY_TO),
    )?;
    equal("PR_DISPLAY_CC", Some("Cleo"), props.text(PR_DISPLAY_CC))?;
    equal("PR_DISPLAY_BCC", Some("Dana"), props.text(PR_DISPLAY_BCC))
}

fn display_to_is_last_saved(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let ben = recipient(MAPI_TO, "Ben", "ben@contoso.example");
    message.modify_recipients(0, &[ben])?;
    equal(
        "PR_DISPLAY_TO before the save",
        "Anna".to_string(),
        message.text(PR_DISPLAY_TO)?,
    )?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "PR_DISPLAY_TO after the save",
        "Ben".to_string(),
        message.text(PR_DISPLAY_TO)?,
    )
}

fn flags_of_a_new_message(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let both = MSGFLAG_UNSENT | MSGFLAG_UNMODIFIED;
    equal(
        "PR_MESSAGE_FLAGS after the first save",
        both,
        message.bits(PR_MESSAGE_FLAGS)? & both,
    )?;
    message.put(PR_BODY, "text")?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "PR_MESSAGE_FLAGS after the second save",
        MSGFLAG_UNSENT,
        message.bits(PR_MESSAGE_FLAGS)? & both,
    )
}

fn client_flags(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.work.create_message()?;
    // Bits that are not the client's are masked out, or the whole value is refused as computed.
    let _ = message.set(&[Prop::new(PR_MESSAGE_FLAGS, MSGFLAG_READ)])?;
    message.save(KEEP_OPEN_READWRITE)?;
    let wanted = MSGFLAG_READ | MSGFLAG_UNSENT;
    equal(
        "PR_MESSAGE_FLAGS",
        MSGFLAG_READ,
        message.bits(PR_MESSAGE_FLAGS)? & wanted,
    )?;
    let message = open.work.create_message()?;
    let _ = message.set(&[Prop::new(
        PR_MESSAGE_FLAGS,
        MSGFLAG_HASATTACH | MSGFLAG_ASSOCIATED | MSGFLAG_SUBMIT,
    )])?;
    message.save(KEEP_OPEN_READWRITE)?;
    let never = MSGFLAG_HASATTACH | MSGFLAG_ASSOCIATED | MSGFLAG_SUBMIT;
    equal(
        "PR_MESSAGE_FLAGS",
        0,
        message.bits(PR_MESSAGE_FLAGS)? & never,
    )
}

fn has_attach(context: &Context) -> Verdict {
    let open = context.open()?;
    needs(&open.session, STORE_ATTACH_OK)?;
    let message = open.message("one")?;
    let state = || -> Result<(bool, bool)> {
        let message = open.open_message(&message.entry_id()?)?;
        let flags = message.bits(PR_MESSAGE_FLAGS)?;
        Ok((
            message.boolean(PR_HASATTACH)?,
            flags & MSGFLAG_HASATTACH != 0,
        ))
    };
    equal(
        "PR_HASATTACH and MSGFLAG_HASATTACH without",
        (false, false),
        state()?,
    )?;
    let number = message.attach("a.txt", b"text")?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "PR_HASATTACH and MSGFLAG_HASATTACH with",
        (true, true),
        state()?,
    )?;
    message.delete_attachment(number)?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "PR_HASATTACH and MSGFLAG_HASATTACH without again",
        (false, false),
        state()?,
    )
}

fn message_size(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let small = message.long(PR_MESSAGE_SIZE)?;
    message.write_stream(0x6F70_0102, &[0; 50_000])?;
    message.save(KEEP_OPEN_READWRITE)?;
    let large = open
        .open_message(&message.entry_id()?)?
        .long(PR_MESSAGE_SIZE)?;
    holds(
        small > 0 && large >= small + 50_000,
        "PR_MESSAGE_SIZE after 50,000 bytes more",
        format!("at least {}", small + 50_000),
        large,
    )
}

fn associated_flag(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = match open.work.create_message_with(MAPI_ASSOCIATED) {
        Err(failure) if failure.code == MAPI_E_NO_SUPPORT => {
            return Err(not_applicable("associated messages are not offered"));
        }
        other => other?,
    };
    message.put(PR_SUBJECT, "view")?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "PR_MESSAGE_FLAGS",
        MSGFLAG_ASSOCIATED,
        message.bits(PR_MESSAGE_FLAGS)? & MSGFLAG_ASSOCIATED,
    )?;
    equal(
        "rows of the contents table",
        0,
        open.work.contents()?.all_rows()?.len(),
    )?;
    equal(
        "rows of the associated table",
        1,
        open.work.associated()?.all_rows()?.len(),
    )
}

fn body_round_trip(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let text = "one\r\ntwo\r\n\r\n  three\tfour ";
    message.put(PR_BODY, text)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let came = open.open_message(&message.entry_id()?)?.body()?;
    equal("PR_BODY", text.to_string(), came)
}

fn conversation_index(context: &Context) -> Verdict {
    let open = context.open()?;
    let mut reply: Vec<u8> = (0..27).collect();
    reply[0] = 1;
    let message = open.work.create_message()?;
    message.put(PR_SUBJECT, "RE: x")?;
    message.put(PR_CONVERSATION_INDEX, reply.clone())?;
    message.save(KEEP_OPEN_READWRITE)?;
    message.put(PR_SUBJECT, "RE: y")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let stored = open.open_message(&message.entry_id()?)?;
    equal(
        "PR_CONVERSATION_INDEX that the client has set",
        reply,
        stored.binary(PR_CONVERSATION_INDEX)?,
    )?;
    let (one, other) = (open.message("one")?, open.message("one")?);
    let index = match one.binary(PR_CONVERSATION_INDEX) {
        Err(failure) if failure.code == MAPI_E_NOT_FOUND => return Ok(()),
        index => index?,
    };
    equal(
        "length and first byte of PR_CONVERSATION_INDEX",
        (22, Some(&1)),
        (index.len(), index.first()),
    )?;
    holds(
        index != other.binary(PR_CONVERSATION_INDEX)?,
        "PR_CONVERSATION_INDEX of two new messages",
        "two conversations",
        "one",
    )?;
    one.put(PR_SUBJECT, "two")?;
    one.save(KEEP_OPEN_READWRITE)?;
    equal(
        "PR_CONVERSATION_INDEX after another save",
        index,
        open.open_message(&one.entry_id()?)?
            .binary(PR_CONVERSATION_INDEX)?,
    )
}

fn conversation_topic(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.work.create_message()?;
    message.put(PR_SUBJECT, "RE: x")?;
    message.put(PR_CONVERSATION_TOPIC, "the first subject")?;
    message.save(KEEP_OPEN_READWRITE)?;
    message.put(PR_SUBJECT, "RE: y")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let stored = open.open_message(&message.entry_id()?)?;
    equal(
        "PR_CONVERSATION_TOPIC that the client has set",
        "the first subject".to_string(),
        stored.text(PR_CONVERSATION_TOPIC)?,
    )?;
    let message = open.message("RE: x")?;
    match message.text(PR_CONVERSATION_TOPIC) {
        Ok(topic) => equal("PR_CONVERSATION_TOPIC of \"RE: x\"", "x".to_string(), topic),
        Err(failure) => code(
            "GetProps of PR_CONVERSATION_TOPIC",
            &[MAPI_E_NOT_FOUND],
            failure.code,
        ),
    }
}

fn extended_size(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(PR_BODY, "text ".repeat(1_000))?;
    message.save(KEEP_OPEN_READWRITE)?;
    let extended = |object: &PropObject| -> std::result::Result<Option<i64>, Stop> {
        match object.value(PR_MESSAGE_SIZE_EXTENDED) {
            Ok(Value::LongLong(size)) => Ok(Some(size)),
            Ok(other) => fail("PR_MESSAGE_SIZE_EXTENDED", "a PT_I8", format!("{other:?}")),
            Err(failure) if failure.code == MAPI_E_NOT_FOUND => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    };
    let objects: [&PropObject; 3] = [&message, &open.work, open.store()];
    for object in objects {
        if let Some(size) = extended(object)? {
            let short = object.long(PR_MESSAGE_SIZE)?;
            holds(
                size == i64::from(short) && size >= 5_000,
                "PR_MESSAGE_SIZE_EXTENDED",
                format!("the {short} of PR_MESSAGE_SIZE"),
                size,
            )?;
        }
    }
    Ok(())
}
