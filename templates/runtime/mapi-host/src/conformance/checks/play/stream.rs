//! Streams.

use super::stage::accepted;
use super::*;
use std::io::SeekFrom;

session! {
    "IStream::Read", "imapiprop-openproperty", 0, |stage| {
        let stream = stage.message.stream(PR_BODY, 0)?;
        Ok(Box::new(move || stream.read_to_end().map(drop)))
    };
    "IStream::Write", "imapiprop-openproperty", 0, |stage| {
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            let stream = message.stream(PR_BODY, MAPI_CREATE | MAPI_MODIFY)?;
            stream.write_all(&[b'x', 0].repeat(5000))?;
            stream.set_size(400)?;
            stream.commit()?;
            message.save(KEEP_OPEN_READWRITE)
        }))
    };
    "IStream::Seek", "imapiprop-openproperty", 0, |stage| {
        let stream = stage.message.stream(PR_BODY, 0)?;
        Ok(Box::new(move || {
            stream.seek(SeekFrom::End(-4))?;
            stream.size().map(drop)
        }))
    };
    "IStream::CopyTo", "imapiprop-openproperty", 0, |stage| {
        let from = stage.message.stream(PR_BODY, 0)?;
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            let to = message.stream(PR_BODY, MAPI_CREATE | MAPI_MODIFY)?;
            from.copy_to(&to, u64::MAX)?;
            to.commit()
        }))
    };
    "IStream::Clone", "imapiprop-openproperty", 0, |stage| {
        let stream = stage.message.stream(PR_BODY, 0)?;
        Ok(Box::new(move || match stream.duplicate() {
            // Clones need not be offered.
            Err(_) => Ok(()),
            Ok(other) => other.read(10).map(drop),
        }))
    };
    "IStream::Revert", "imapiprop-openproperty", 0, |stage| {
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            let stream = message.stream(PR_BODY, MAPI_CREATE | MAPI_MODIFY)?;
            stream.write_all(b"xx")?;
            // It may be refused; that it does no harm is what counts.
            let _ = stream.revert();
            Ok(())
        }))
    };
    "IStream::Stat", "imapiprop-openproperty", 0, |stage| {
        let stream = stage.message.stream(PR_BODY, 0)?;
        Ok(Box::new(move || accepted("IStream::Stat", stream.size().map_or_else(|f| f.code, |_| S_OK))))
    };
}
