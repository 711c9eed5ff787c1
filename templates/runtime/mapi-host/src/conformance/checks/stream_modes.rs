//! Streams: transactions, access, and what they are opened on.

use super::prelude::*;
use std::io::SeekFrom;

/// A binary property that the store does not know.
const BYTES: u32 = 0x6F62_0102;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S3.2-transacted-stream",
        S("3.2"),
        "IStream::Commit",
        "imapiprop-openproperty",
        "A transacted stream gives its object nothing before Commit, and nothing at all without one.",
        transacted,
    ),
    Check::new(
        "S3.2-revert",
        S("3.2"),
        "IStream::Revert",
        "imapiprop-openproperty",
        "Revert takes a transacted stream back to what was committed last.",
        revert,
    ),
    Check::new(
        "S3.2-clone-sees-writes",
        S("3.2"),
        "IStream::Clone",
        "imapiprop-openproperty",
        "What is written through a clone, where offered, is read through the original.",
        clone_sees_writes,
    ),
    Check::new(
        "S3.2-stream-on-a-named-property",
        S("3.2"),
        "IMAPIProp::OpenProperty",
        "mapi-named-properties",
        "A named property is written and read through streams like any other.",
        named_property,
    ),
    Check::new(
        "S3.2-stream-of-a-reader",
        S("3.2"),
        "IMAPIProp::OpenProperty",
        "imapiprop-openproperty",
        "A message opened to read gives streams to read, and none to write.",
        stream_of_a_reader,
    ),
    Check::new(
        "S7-body-stream-in-both-widths",
        S("7"),
        "IMAPIProp::OpenProperty",
        "mapi-string-properties",
        "A body that is written as an 8-bit stream is read as a Unicode stream, and the other way round.",
        both_widths,
    ),
    Check::new(
        "S3.2-change-in-the-middle",
        S("3.2"),
        "IStream::Write",
        "imapiprop-openproperty",
        "A few bytes in the middle of five million are replaced; the rest stays.",
        change_in_the_middle,
    ),
    Check::new(
        "S3.2-committed-is-not-shared",
        S("3.2"),
        "IStream::Write",
        "imapiprop-savechanges",
        "What is written after a save does not reach the stored message without another one.",
        committed_is_not_shared,
    ),
    Check::new(
        "S3.2-null-and-nonsense",
        S("3.2"),
        "IStream::Seek",
        "component-object-model-and-mapi",
        "A stream survives NULL counts, an origin of Seek that does not exist, and a size beyond all bounds.",
        null_and_nonsense,
    ),
];

/// A stream with `STGM_` flags of the check's own; ends the check as not applicable if it is refused.
fn open_transacted(message: &Message, flags: u32) -> std::result::Result<Stream, Stop> {
    let options = STGM_TRANSACTED | STGM_READWRITE;
    let Ok(object) = message.open(BYTES, Some(IStream::IID), options, flags) else {
        return Err(not_applicable("STGM_TRANSACTED is not offered"));
    };
    let stream = query::<IStream>(&object).ok();
    some("QueryInterface(IStream)", "a stream", stream).map(Stream::new)
}

fn transacted(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(BYTES, b"before")?;
    let stream = open_transacted(&message, MAPI_MODIFY)?;
    stream.write_all(b"during")?;
    equal(
        "the property before Commit",
        b"before".to_vec(),
        message.binary(BYTES)?,
    )?;
    stream.commit()?;
    equal(
        "the property after Commit",
        b"during".to_vec(),
        message.binary(BYTES)?,
    )?;
    stream.seek(SeekFrom::Start(0))?;
    stream.write_all(b"after!")?;
    drop(stream);
    equal(
        "the property after a release without Commit",
        b"during".to_vec(),
        message.binary(BYTES)?,
    )
}

fn revert(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(BYTES, b"before")?;
    let stream = open_transacted(&message, MAPI_MODIFY)?;
    stream.set_size(0)?;
    stream.write_all(b"never committed")?;
    if stream.revert() == E_NOTIMPL {
        return Err(not_applicable("IStream::Revert is not offered"));
    }
    equal("IStream::Stat after Revert", 6, stream.size()?)?;
    stream.seek(SeekFrom::Start(0))?;
    equal(
        "the bytes after Revert",
        b"before".to_vec(),
        stream.read(99)?,
    )?;
    stream.commit()?;
    equal("the property", b"before".to_vec(), message.binary(BYTES)?)
}

fn clone_sees_writes(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(BYTES, b"0123456789")?;
    let stream = message.stream(BYTES, MAPI_MODIFY)?;
    let Ok(clone) = stream.duplicate() else {
        return Err(not_applicable("IStream::Clone is not offered"));
    };
    clone.seek(SeekFrom::End(0))?;
    clone.write_all(b"abc")?;
    equal("IStream::Stat of the original", 13, stream.size()?)?;
    equal(
        "the bytes of the original",
        b"0123456789abc".to_vec(),
        stream.read(99)?,
    )?;
    drop(stream);
    clone.commit()?;
    drop(clone);
    equal(
        "the property",
        b"0123456789abc".to_vec(),
        message.binary(BYTES)?,
    )
}

fn named_property(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let name = Name::string(PS_PUBLIC_STRINGS, "ConformanceStream");
    let tag = match message.named(&name, PT_BINARY) {
        Err(failure) if failure.code == MAPI_E_NO_SUPPORT => {
            return Err(not_applicable("named properties are not offered"));
        }
        tag => tag?,
    };
    let bytes: Vec<u8> = (0..40_000_u32).map(|number| (number % 241) as u8).collect();
    message.write_stream(tag, &bytes)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let came = open.open_message(&message.entry_id()?)?.read_stream(tag)?;
    holds(
        came == bytes,
        "the named property",
        "40000 bytes as written",
        format!("{} bytes", came.len()),
    )
}

fn stream_of_a_reader(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(BYTES, b"read me")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    drop(message);
    let (object, _) = open.store().open_entry(&id, Some(IMessage::IID), 0)?;
    let message: IMessage = some("QueryInterface(IMessage)", "a message", query(&object).ok())?;
    let message = Message::new(message, &context.host().state());
    if message.bits(PR_ACCESS_LEVEL)? & MAPI_MODIFY != 0 {
        return Err(not_applicable(
            "messages are open to write without MAPI_MODIFY",
        ));
    }
    let stream = message.stream(BYTES, 0)?;
    equal("the bytes", b"read me".to_vec(), stream.read(99)?)?;
    fails("IStream::Write", stream.write(b"x"))?;
    fails("IStream::SetSize", stream.set_size(1))?;
    for flags in [MAPI_MODIFY, MAPI_MODIFY | MAPI_CREATE] {
        refused(
            "OpenProperty to write on a message opened to read",
            &[MAPI_E_NO_ACCESS],
            message.stream(BYTES, flags),
        )?;
    }
    Ok(())
}

fn both_widths(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_UNICODE_OK)?;
    let narrow = change_prop_type(PR_BODY, PT_STRING8);
    let message = open.message("one")?;
    message.write_stream(narrow, b"eight bits\r\n")?;
    let wide: Vec<u8> = "eight bits\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    equal(
        "the Unicode stream",
        wide.clone(),
        message.read_stream(PR_BODY)?,
    )?;
    message.write_stream(PR_BODY, &wide[..10])?;
    equal(
        "the 8-bit stream",
        b"eight".to_vec(),
        message.read_stream(narrow)?,
    )
}

fn change_in_the_middle(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let mut bytes: Vec<u8> = (0..5_000_000_u32)
        .map(|number| (number % 239) as u8)
        .collect();
    message.write_stream(BYTES, &bytes)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let message = open.open_message(&message.entry_id()?)?;
    let stream = message.stream(BYTES, MAPI_MODIFY)?;
    stream.seek(SeekFrom::Start(2_500_000))?;
    stream.write_all(b"in the middle")?;
    equal("IStream::Stat", 5_000_000, stream.size()?)?;
    stream.commit()?;
    drop(stream);
    message.save(KEEP_OPEN_READWRITE)?;
    bytes[2_500_000..2_500_013].copy_from_slice(b"in the middle");
    let came = open
        .open_message(&message.entry_id()?)?
        .read_stream(BYTES)?;
    let wrong = came
        .iter()
        .zip(&bytes)
        .position(|(came, wanted)| came != wanted);
    holds(
        came == bytes,
        "the saved value",
        "five million bytes, 13 of them new",
        format!("{} bytes, the first wrong one at {wrong:?}", came.len()),
    )
}

fn committed_is_not_shared(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let before = vec![7; 2_000_000];
    let stream = message.stream(BYTES, MAPI_MODIFY | MAPI_CREATE)?;
    stream.write_all(&before)?;
    stream.commit()?;
    message.save(KEEP_OPEN_READWRITE)?;
    stream.seek(SeekFrom::Start(1_000_000))?;
    stream.write_all(&[8; 100])?;
    stream.commit()?;
    let stored = open
        .open_message(&message.entry_id()?)?
        .read_stream(BYTES)?;
    holds(
        stored == before,
        "the stored value",
        "2000000 bytes as they were saved",
        format!("{} bytes, changed: {}", stored.len(), stored != before),
    )?;
    drop(stream);
    message.save(KEEP_OPEN_READWRITE)?;
    let stored = open
        .open_message(&message.entry_id()?)?
        .read_stream(BYTES)?;
    equal(
        "a byte after the second save",
        Some(&8),
        stored.get(1_000_050),
    )
}

fn null_and_nonsense(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(BYTES, b"0123456789")?;
    let stream = message.stream(BYTES, MAPI_MODIFY)?;
    let mut bytes = [0_u8; 4];
    // SAFETY: the buffers have as many bytes as the calls say; NULL is allowed for every count.
    let answers = unsafe {
        let raw = stream.raw();
        [
            raw.Read(bytes.as_mut_ptr().cast(), 4, std::ptr::null_mut()),
            raw.Write(bytes.as_ptr().cast(), 4, std::ptr::null_mut()),
            raw.Seek(0, STREAM_SEEK_SET, std::ptr::null_mut()),
        ]
    };
    equal("Read, Write and Seek without counts", [S_OK; 3], answers)?;
    // SAFETY: the call has no pointers.
    let answer = unsafe { stream.raw().Seek(0, 9, std::ptr::null_mut()) };
    holds(
        answer.is_err(),
        "IStream::Seek from nowhere",
        "a failure",
        code_text(answer),
    )?;
    fails("IStream::SetSize of 2^62", stream.set_size(1 << 62))?;
    equal(
        "the bytes after that",
        b"0123012389".to_vec(),
        stream.read(99)?,
    )
}
