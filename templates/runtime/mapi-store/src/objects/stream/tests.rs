use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use windows_core::Interface;

use super::*;

#[derive(Default)]
struct Property {
    value: Mutex<Option<Vec<u8>>>,
    stores: AtomicUsize,
}

struct Target(Arc<Property>);

impl StreamTarget for Target {
    fn store(&self, bytes: &Bytes) -> Outcome {
        self.0.stores.fetch_add(1, Ordering::Relaxed);
        *self.0.value.lock().unwrap() = Some(bytes.to_vec()?);
        Ok(())
    }
}

impl Property {
    fn value(&self) -> Option<Vec<u8>> {
        self.value.lock().unwrap().clone()
    }
}

fn open(bytes: &[u8], created: bool, options: u32) -> (IStream, Arc<Property>) {
    let property = Arc::new(Property::default());
    (
        open_to_write(
            bytes.to_vec(),
            created,
            options,
            Box::new(Target(property.clone())),
        ),
        property,
    )
}

fn write(stream: &IStream, bytes: &[u8]) -> HRESULT {
    let mut written = 0;
    let code = unsafe { stream.Write(bytes.as_ptr().cast(), bytes.len() as u32, &mut written) };
    assert_eq!(written as usize, if code.is_ok() { bytes.len() } else { 0 });
    code
}

fn read(stream: &IStream, size: u32) -> Vec<u8> {
    let mut bytes = vec![0; size as usize];
    let mut count = u32::MAX;
    assert_eq!(
        unsafe { stream.Read(bytes.as_mut_ptr().cast(), size, &mut count) },
        abi::S_OK
    );
    bytes.truncate(count as usize);
    bytes
}

fn seek(stream: &IStream, distance: i64, origin: u32) -> u64 {
    let mut position = u64::MAX;
    assert_eq!(
        unsafe { stream.Seek(distance, origin, &mut position) },
        abi::S_OK
    );
    position
}

#[test]
fn a_transacted_stream_gives_its_value_at_commit_only() {
    let (stream, property) = open(b"old", false, abi::STGM_TRANSACTED);
    assert_eq!(write(&stream, b"NEW!"), abi::S_OK);
    assert_eq!(property.value(), None);
    assert_eq!(unsafe { stream.Commit(0) }, abi::S_OK);
    assert_eq!(property.value().as_deref(), Some(&b"NEW!"[..]));
    assert_eq!(write(&stream, b"lost"), abi::S_OK);
    assert_eq!(unsafe { stream.Revert() }, abi::S_OK);
    assert_eq!(seek(&stream, 0, 0), 0);
    assert_eq!(read(&stream, 99), b"NEW!");
    assert_eq!(write(&stream, b"lost"), abi::S_OK);
    drop(stream);
    assert_eq!(property.value().as_deref(), Some(&b"NEW!"[..]));
    assert_eq!(property.stores.load(Ordering::Relaxed), 1);
}

#[test]
fn a_direct_stream_gives_its_value_with_the_last_reference() {
    let (stream, property) = open(b"old", false, 0);
    let mut clone = null_mut();
    assert_eq!(unsafe { stream.Clone(&mut clone) }, abi::S_OK);
    let clone = unsafe { IStream::from_raw(clone) };
    assert_eq!(write(&stream, b"new"), abi::S_OK);
    drop(stream);
    assert_eq!(property.value(), None);
    assert_eq!(read(&clone, 9), b"new");
    drop(clone);
    assert_eq!(property.value().as_deref(), Some(&b"new"[..]));
}

#[test]
fn a_created_value_exists_without_a_write() {
    let (stream, property) = open(b"", true, 0);
    drop(stream);
    assert_eq!(property.value().as_deref(), Some(&b""[..]));
    let (stream, property) = open(b"kept", false, 0);
    drop(stream);
    assert_eq!(property.value(), None);
}

#[test]
fn a_clone_has_its_own_position() {
    let stream = open_to_read(b"abcdef".to_vec());
    assert_eq!(read(&stream, 2), b"ab");
    let mut clone = null_mut();
    assert_eq!(unsafe { stream.Clone(&mut clone) }, abi::S_OK);
    let clone = unsafe { IStream::from_raw(clone) };
    assert_eq!(read(&clone, 2), b"cd");
    assert_eq!(read(&stream, 9), b"cdef");
    assert_eq!(read(&stream, 9), b"");
    assert_eq!(seek(&stream, -1, 2), 5);
    assert_eq!(
        unsafe { stream.Seek(-9, 1, null_mut()) },
        abi::STG_E_INVALIDFUNCTION
    );
    assert_eq!(
        unsafe { stream.Seek(0, 9, null_mut()) },
        abi::STG_E_INVALIDFUNCTION
    );
    assert_eq!(read(&stream, 1), b"f");
}

#[test]
fn a_stream_to_read_refuses_changes_and_locks() {
    let stream = open_to_read(b"abc".to_vec());
    assert_eq!(write(&stream, b"x"), abi::STG_E_ACCESSDENIED);
    assert_eq!(unsafe { stream.SetSize(1) }, abi::STG_E_ACCESSDENIED);
    assert_eq!(
        unsafe { stream.LockRegion(0, 1, 1) },
        abi::STG_E_INVALIDFUNCTION
    );
    assert_eq!(
        unsafe { stream.UnlockRegion(0, 1, 1) },
        abi::STG_E_INVALIDFUNCTION
    );
    assert_eq!(unsafe { stream.Commit(0) }, abi::S_OK);
}

#[test]
fn null_pointers_are_refused() {
    let (stream, _property) = open(b"abc", false, 0);
    unsafe {
        assert_eq!(
            stream.Read(null_mut(), 1, null_mut()),
            abi::STG_E_INVALIDPOINTER
        );
        assert_eq!(
            stream.Write(null_mut(), 1, null_mut()),
            abi::STG_E_INVALIDPOINTER
        );
        assert_eq!(stream.Write(null_mut(), 0, null_mut()), abi::S_OK);
        assert_eq!(
            stream.CopyTo(null_mut(), 1, null_mut(), null_mut()),
            abi::STG_E_INVALIDPOINTER
        );
        assert_eq!(stream.Stat(null_mut(), 0), abi::STG_E_INVALIDPOINTER);
        assert_eq!(stream.Clone(null_mut()), abi::STG_E_INVALIDPOINTER);
        assert_eq!(stream.Seek(0, 0, null_mut()), abi::S_OK);
    }
}

#[test]
fn stat_knows_the_size_and_the_mode() {
    let (stream, _property) = open(b"abc", false, abi::STGM_TRANSACTED);
    assert_eq!(unsafe { stream.SetSize(10) }, abi::S_OK);
    let mut statistics: abi::STATSTG = unsafe { std::mem::zeroed() };
    assert_eq!(unsafe { stream.Stat(&mut statistics, 0) }, abi::S_OK);
    assert_eq!(statistics.cbSize, 10);
    assert_eq!(statistics.r#type, abi::STGTY_STREAM);
    assert_eq!(
        statistics.grfMode,
        abi::STGM_READWRITE | abi::STGM_TRANSACTED
    );
    assert!(statistics.pwcsName.is_null());
}

#[test]
fn copy_to_moves_large_values_and_survives_a_clone_as_destination() {
    let content: Vec<u8> = (0..200_000u32).map(|byte| byte as u8).collect();
    let (stream, _property) = open(&content, false, 0);
    let (destination, copy) = open(b"", true, 0);
    let (mut read, mut written) = (0, 0);
    assert_eq!(
        unsafe { stream.CopyTo(destination.as_raw(), u64::MAX, &mut read, &mut written) },
        abi::S_OK
    );
    assert_eq!((read, written), (200_000, 200_000));
    drop(destination);
    assert_eq!(copy.value().unwrap(), content);

    assert_eq!(seek(&stream, 0, 0), 0);
    let mut clone = null_mut();
    assert_eq!(unsafe { stream.Clone(&mut clone) }, abi::S_OK);
    let clone = unsafe { IStream::from_raw(clone) };
    assert_eq!(seek(&clone, 0, 2), 200_000);
    assert_eq!(
        unsafe { stream.CopyTo(clone.as_raw(), u64::MAX, &mut read, &mut written) },
        abi::S_OK
    );
    assert_eq!((read, written), (200_000, 200_000));
    assert_eq!(seek(&clone, 0, 2), 400_000);
}

#[test]
fn it_answers_for_its_parent_interface_and_no_other() {
    let stream = open_to_read(Vec::new());
    assert!(stream.cast::<abi::ISequentialStream>().is_ok());
    assert!(stream.cast::<windows_core::IUnknown>().is_ok());
    assert!(stream.cast::<abi::IMAPIProp>().is_err());
}
