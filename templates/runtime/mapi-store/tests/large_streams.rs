//! Very large values through streams: memory stays bounded. A process of its own, because it measures that.
#![cfg(feature = "runtime")]

#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "objects/remote.rs"]
mod remote;
#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "objects/support.rs"]
mod support;

use mapi_abi::*;
use mapi_host::*;
use std::io::SeekFrom;

const PIECE: usize = 1 << 16;
/// A hundred megabytes and a bit.
const MANY: usize = 1_600;
/// Twenty megabytes: more than the test lets memory grow.
const FEW: usize = 320;
/// How much more memory may be used at the peak than before, in MiB.
const BOUND: u64 = 16;
/// A binary property that the store does not know.
const BYTES: u32 = 0x6F61_0102;

/// The most memory that the process has had, in KiB; `None` where the system does not say.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

fn piece(number: usize) -> Vec<u8> {
    let mut piece = vec![(number % 251) as u8 + 1; PIECE];
    piece[..8].copy_from_slice(&(number as u64 + 1).to_le_bytes());
    piece
}

/// Text of the same size: no zeros, no halves of characters, and some that UTF-8 writes in three bytes.
fn text(number: usize) -> Vec<u8> {
    let line = format!("{number:08} € line of a long body\r\n");
    let units: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
    units.iter().copied().cycle().take(PIECE).collect()
}

fn write(stream: &Stream, pieces: usize, content: fn(usize) -> Vec<u8>) {
    for number in 0..pieces {
        assert_eq!(stream.write(&content(number)).unwrap(), PIECE);
    }
    stream.commit().unwrap();
}

fn compare(stream: &Stream, pieces: usize, content: fn(usize) -> Vec<u8>) {
    assert_eq!(stream.size().unwrap(), (pieces * PIECE) as u64);
    for number in 0..pieces {
        assert!(stream.read(PIECE).unwrap() == content(number), "{number}");
    }
    assert!(stream.read(1).unwrap().is_empty());
    stream.seek(SeekFrom::Start((7 * PIECE) as u64)).unwrap();
    assert!(stream.read(PIECE).unwrap() == content(7));
}

#[test]
fn a_hundred_megabytes_go_through_streams_in_little_memory() {
    let bench = support::Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    message.put(PR_SUBJECT, "large").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let before = peak();

    let (number, attachment) = message.create_attachment().unwrap();
    attachment.put(PR_ATTACH_METHOD, ATTACH_BY_VALUE).unwrap();
    let create = MAPI_CREATE | MAPI_MODIFY;
    write(
        &attachment.stream(PR_ATTACH_DATA_BIN, create).unwrap(),
        MANY,
        piece,
    );
    attachment.save(KEEP_OPEN_READWRITE).unwrap();
    write(&message.stream(BYTES, create).unwrap(), FEW, piece);
    write(&message.stream(PR_BODY, create).unwrap(), FEW, text);
    compare(&message.stream(BYTES, 0).unwrap(), FEW, piece);
    message.save(KEEP_OPEN_READWRITE).unwrap();

    let stored = session.open_message(&message.entry_id().unwrap()).unwrap();
    let again = stored.open_attachment(number).unwrap();
    compare(&again.stream(PR_ATTACH_DATA_BIN, 0).unwrap(), MANY, piece);
    compare(&stored.stream(BYTES, 0).unwrap(), FEW, piece);
    compare(&stored.stream(PR_BODY, 0).unwrap(), FEW, text);

    // A small change in the middle of much.
    let stream = again.stream(PR_ATTACH_DATA_BIN, MAPI_MODIFY).unwrap();
    stream.seek(SeekFrom::Start(3 * PIECE as u64)).unwrap();
    stream.write(&[0xEE; 3]).unwrap();
    stream.commit().unwrap();
    drop(stream);
    again.save(0).unwrap();
    stored.save(0).unwrap();
    let stored = session.open_message(&message.entry_id().unwrap()).unwrap();
    let changed = stored.open_attachment(number).unwrap();
    let changed = changed.stream(PR_ATTACH_DATA_BIN, 0).unwrap();
    changed.seek(SeekFrom::Start(3 * PIECE as u64 - 1)).unwrap();
    let came = changed.read(5).unwrap();
    assert_eq!(came[1..4], [0xEE; 3]);
    assert_eq!((came[0], came[4]), (3, piece(3)[3]));

    if let (Some(before), Some(after)) = (before, peak()) {
        let grown = (after - before) / 1024;
        println!("{grown} MiB more at the peak");
        assert!(grown < BOUND, "{grown} MiB more for values of 100 MB");
    }
}
