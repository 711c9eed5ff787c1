//! `OpenProperty` and streams.

use super::prelude::*;
use std::io::SeekFrom;

/// A binary property that the store does not know.
const BYTES: u32 = 0x6F60_0102;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C50-unspecified-type",
        A(50),
        "IMAPIProp::OpenProperty",
        "imapiprop-openproperty",
        "OpenProperty of PT_UNSPECIFIED, or without an interface, is refused with MAPI_E_INVALID_PARAMETER.",
        unspecified_type,
    ),
    Check::new(
        "C50-missing-property",
        A(50),
        "IMAPIProp::OpenProperty",
        "imapiprop-openproperty",
        "OpenProperty of a property that is not there is not found, unless it may create it.",
        missing_property,
    ),
    Check::new(
        "C50-create-truncates",
        A(50),
        "IMAPIProp::OpenProperty",
        "imapiprop-openproperty",
        "MAPI_CREATE starts with an empty value.",
        create_truncates,
    ),
    Check::new(
        "C50-unknown-interface",
        S("3.2"),
        "IMAPIProp::OpenProperty",
        "imapiprop-openproperty",
        "An interface that does not fit the property is refused, with NULL.",
        unknown_interface,
    ),
    Check::new(
        "C51-committed-stream-and-saved-message",
        A(51),
        "IStream::Commit",
        "imapiprop-savechanges",
        "What was written, committed and saved is there in a new object.",
        committed_and_saved,
    ),
    Check::new(
        "C51-stream-without-save",
        A(51),
        "IStream::Commit",
        "imapiprop-savechanges",
        "What was committed but not saved leaves the stored message as it was.",
        stream_without_save,
    ),
    Check::new(
        "C51-committed-is-visible",
        S("3.2"),
        "IStream::Commit",
        "imapiprop-openproperty",
        "A committed stream is visible on the object that it was opened from.",
        committed_is_visible,
    ),
    Check::new(
        "S3.2-stream-reads-and-seeks",
        S("3.2"),
        "IStream::Seek",
        "imapiprop-openproperty",
        "Seek moves from the start, the position and the end; reads at the end are short and no error.",
        reads_and_seeks,
    ),
    Check::new(
        "S3.2-seek-before-the-start",
        S("3.2"),
        "IStream::Seek",
        "imapiprop-openproperty",
        "A seek before the start is refused and leaves the position.",
        seek_before_the_start,
    ),
    Check::new(
        "S3.2-stat-has-the-size",
        S("3.2"),
        "IStream::Stat",
        "imapiprop-openproperty",
        "Stat tells the size, also while writing; strings count without a zero at the end.",
        stat_has_the_size,
    ),
    Check::new(
        "S6.1-stat-name",
        S("6.1"),
        "IStream::Stat",
        "component-object-model-and-mapi",
        "Stat with a name allocates it, if at all, without MAPIAllocateBuffer.",
        stat_name,
    ),
    Check::new(
        "S3.2-set-size",
        S("3.2"),
        "IStream::SetSize",
        "imapiprop-openproperty",
        "SetSize shortens a value, and lengthens it with zeros.",
        set_size,
    ),
    Check::new(
        "S3.2-copy-to",
        S("3.2"),
        "IStream::CopyTo",
        "imapiprop-openproperty",
        "CopyTo copies from the position on and says how much.",
        copy_to,
    ),
    Check::new(
        "S3.2-write-past-the-end",
        S("3.2"),
        "IStream::Write",
        "imapiprop-openproperty",
        "A write behind the end fills the gap with zeros.",
        write_past_the_end,
    ),
    Check::new(
        "S3.2-read-only-stream",
        S("3.2"),
        "IStream::Write",
        "imapiprop-openproperty",
        "A stream that was opened for reading refuses to write.",
        read_only_stream,
    ),
    Check::new(
        "S3.2-large-stream",
        S("3.2"),
        "IStream::Write",
        "imapiprop-openproperty",
        "Three million bytes go in and come out in pieces of odd sizes.",
        large_stream,
    ),
    Check::new(
        "S3.2-clone-has-its-own-position",
        S("3.2"),
        "IStream::Clone",
        "imapiprop-openproperty",
        "A clone, where offered, sees the same bytes from a position of its own.",
        clone_has_its_own_position,
    ),
    Check::new(
        "S3.2-stream-outlives-its-object",
        S("3.2"),
        "IStream::Release",
        "imapiprop-openproperty",
        "A stream may be released after the message that it came from.",
        stream_outlives_its_object,
    ),
    Check::new(
        "S3.5-html-is-kept",
        S("3.5"),
        "IMAPIProp::OpenProperty",
        "pidtagstoresupportmask-canonical-property",
        "With STORE_HTML_OK, PR_HTML is kept byte for byte.",
        html_is_kept,
    ),
];

fn unspecified_type(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(BYTES, &[1_u8])?;
    let untyped = change_prop_type(BYTES, PT_UNSPECIFIED);
    refused(
        "OpenProperty of PT_UNSPECIFIED",
        &[MAPI_E_INVALID_PARAMETER],
        message.open(untyped, Some(IStream::IID), 0, 0),
    )?;
    refused(
        "OpenProperty without an interface",
        &[MAPI_E_INVALID_PARAMETER],
        message.open(BYTES, None, 0, 0),
    )
}

fn missing_property(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    refused(
        "OpenProperty of nothing",
        &[MAPI_E_NOT_FOUND],
        message.stream(BYTES, 0),
    )?;
    refused(
        "OpenProperty of nothing",
        &[MAPI_E_NOT_FOUND],
        message.stream(BYTES, MAPI_MODIFY),
    )?;
    message.stream(BYTES, MAPI_MODIFY | MAPI_CREATE)?;
    Ok(())
}

fn create_truncates(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(BYTES, b"a long value")?;
    let stream = message.stream(BYTES, MAPI_MODIFY | MAPI_CREATE)?;
    equal("the size at the start", 0, stream.size()?)?;
    stream.write_all(b"new")?;
    stream.commit()?;
    drop(stream);
    equal("the value", b"new".to_vec(), message.read_stream(BYTES)?)
}

fn unknown_interface(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(BYTES, &[1_u8])?;
    refused(
        "OpenProperty of a binary as IMAPITable",
        &[
            MAPI_E_INTERFACE_NOT_SUPPORTED,
            MAPI_E_NO_SUPPORT,
            MAPI_E_INVALID_PARAMETER,
        ],
        message.open(BYTES, Some(IMAPITable::IID), 0, 0),
    )
}

fn committed_and_saved(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.write_stream(BYTES, b"stream")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let again = open.open_message(&message.entry_id()?)?;
    equal(
        "the saved value",
        b"stream".to_vec(),
        again.read_stream(BYTES)?,
    )
}

fn stream_without_save(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.write_stream(BYTES, b"before")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    drop(message);
    let message = open.open_message(&id)?;
    message.write_stream(BYTES, b"never saved")?;
    drop(message);
    equal(
        "the stored value",
        b"before".to_vec(),
        open.open_message(&id)?.read_stream(BYTES)?,
    )
}

fn committed_is_visible(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.write_stream(BYTES, b"visible")?;
    equal(
        "GetProps after Commit",
        b"visible".to_vec(),
        message.binary(BYTES)?,
    )
}

/// A message with a stream over these bytes.
fn stream_of(open: &Open, bytes: &[u8]) -> Result<(Message, Stream)> {
    let message = open.message("one")?;
    message.write_stream(BYTES, bytes)?;
    let stream = message.stream(BYTES, MAPI_MODIFY)?;
    Ok((message, stream))
}

fn reads_and_seeks(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_message, stream) = stream_of(&open, b"0123456789")?;
    equal("the first read", b"0123".to_vec(), stream.read(4)?)?;
    equal("Seek to 8", 8, stream.seek(SeekFrom::Start(8))?)?;
    equal("a read at the end", b"89".to_vec(), stream.read(10)?)?;
    equal("a read behind the end", Vec::new(), stream.read(10)?)?;
    equal(
        "Seek by -3 from the position",
        7,
        stream.seek(SeekFrom::Current(-3))?,
    )?;
    equal(
        "Seek by -10 from the end",
        0,
        stream.seek(SeekFrom::End(-10))?,
    )?;
    equal("the whole value", b"0123456789".to_vec(), stream.read(10)?)
}

fn seek_before_the_start(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_message, stream) = stream_of(&open, b"0123456789")?;
    stream.seek(SeekFrom::Start(5))?;
    fails(
        "Seek by -6 from position 5",
        stream.seek(SeekFrom::Current(-6)),
    )?;
    equal(
        "the position after that",
        5,
        stream.seek(SeekFrom::Current(0))?,
    )
}

fn stat_has_the_size(context: &Context) -> Verdict {
    let open = context.open()?;
    let (message, stream) = stream_of(&open, b"0123456789")?;
    equal("IStream::Stat", 10, stream.size()?)?;
    stream.seek(SeekFrom::End(0))?;
    stream.write_all(b"abc")?;
    equal("IStream::Stat after a write", 13, stream.size()?)?;
    drop(stream);
    message.put(PR_BODY, "text")?;
    equal(
        "IStream::Stat of four characters",
        8,
        message.stream(PR_BODY, 0)?.size()?,
    )
}

fn stat_name(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_message, stream) = stream_of(&open, b"0123456789")?;
    let before = context.host().memory().provider_requests();
    // SAFETY: all members of the structure are valid when zero.
    let mut statistics: STATSTG = unsafe { std::mem::zeroed() };
    // SAFETY: `statistics` is a place for the result.
    let answer = unsafe { stream.raw().Stat(&mut statistics, STATFLAG_DEFAULT) };
    holds(
        answer.is_ok(),
        "IStream::Stat",
        "success",
        code_text(answer),
    )?;
    if !statistics.pwcsName.is_null() {
        context
            .host()
            .memory()
            .task_free(statistics.pwcsName.cast());
    }
    equal("IStream::Stat: the size", 10, statistics.cbSize)?;
    equal(
        "requests to MAPIAllocateBuffer during Stat",
        before,
        context.host().memory().provider_requests(),
    )
}

fn set_size(context: &Context) -> Verdict {
    let open = context.open()?;
    let (message, stream) = stream_of(&open, b"0123456789")?;
    stream.set_size(4)?;
    stream.set_size(6)?;
    stream.commit()?;
    drop(stream);
    equal(
        "the value",
        b"0123\0\0".to_vec(),
        message.read_stream(BYTES)?,
    )
}

fn copy_to(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_message, stream) = stream_of(&open, b"0123456789")?;
    let other = open.message("other")?;
    let target = other.stream(BYTES, MAPI_MODIFY | MAPI_CREATE)?;
    stream.seek(SeekFrom::Start(3))?;
    equal("IStream::CopyTo", (4, 4), stream.copy_to(&target, 4)?)?;
    equal(
        "IStream::CopyTo of more than there is",
        (3, 3),
        stream.copy_to(&target, 100)?,
    )?;
    target.commit()?;
    equal("the copy", b"3456789".to_vec(), other.read_stream(BYTES)?)
}

fn write_past_the_end(context: &Context) -> Verdict {
    let open = context.open()?;
    let (message, stream) = stream_of(&open, b"01")?;
    stream.seek(SeekFrom::Start(4))?;
    stream.write_all(b"x")?;
    stream.commit()?;
    equal(
        "the value",
        b"01\0\0x".to_vec(),
        message.read_stream(BYTES)?,
    )
}

fn read_only_stream(context: &Context) -> Verdict {
    let open = context.open()?;
    let (message, stream) = stream_of(&open, b"0123456789")?;
    drop(stream);
    fails("IStream::Write", message.stream(BYTES, 0)?.write(b"x"))
}

fn large_stream(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("large")?;
    let bytes: Vec<u8> = (0..3_000_000_u32)
        .map(|number| (number % 251) as u8)
        .collect();
    let stream = message.stream(BYTES, MAPI_MODIFY | MAPI_CREATE)?;
    for piece in bytes.chunks(65_537) {
        equal("IStream::Write", piece.len(), stream.write(piece)?)?;
    }
    stream.commit()?;
    drop(stream);
    message.save(KEEP_OPEN_READWRITE)?;
    let stream = open.open_message(&message.entry_id()?)?.stream(BYTES, 0)?;
    let mut came = Vec::new();
    loop {
        let piece = stream.read(77_777)?;
        if piece.is_empty() {
            break;
        }
        came.extend(piece);
    }
    holds(
        came == bytes,
        "IStream::Read to the end",
        format!("{} bytes as they were written", bytes.len()),
        format!("{} bytes", came.len()),
    )
}

fn clone_has_its_own_position(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_message, stream) = stream_of(&open, b"0123456789")?;
    let Ok(clone) = stream.duplicate() else {
        return Err(not_applicable("IStream::Clone is not offered"));
    };
    stream.read(3)?;
    clone.seek(SeekFrom::Start(0))?;
    equal("a read of the clone", b"01".to_vec(), clone.read(2)?)?;
    equal("a read of the original", b"34".to_vec(), stream.read(2)?)
}

fn stream_outlives_its_object(context: &Context) -> Verdict {
    let open = context.open()?;
    let (message, stream) = stream_of(&open, b"0123456789")?;
    drop(message);
    let _ = stream.read(4);
    let _ = stream.write(b"x");
    let _ = stream.commit();
    drop(stream);
    Ok(())
}

fn html_is_kept(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_HTML_OK)?;
    let html = "<html><body><p>Grüße</p></body></html>"
        .as_bytes()
        .repeat(500);
    let message = open.message("html")?;
    message.write_stream(PR_HTML, &html)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let came = open.open_message(&message.entry_id()?)?.html()?;
    holds(
        came == html,
        "PR_HTML",
        format!("{} bytes as they were written", html.len()),
        format!("{} bytes", came.len()),
    )
}
