//! `OpenProperty` with `IID_IStream`: the bytes of a string or binary property, and the way back.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use mapi_abi::{self as abi, IStream};
use windows_core::{IUnknown, Interface};

use super::property_object::PropertyRequest;
use super::session::Session;
use super::stream::{self, Bytes, IN_MEMORY, Pending, Source, StreamTarget};
use crate::com::fault::{Fault, Outcome};
use crate::com::strings;
use crate::com::values::{stored_tag, type_answers, types};
use crate::store::{LargeValue, PropTag, Store, StoreError, Value};

/// Bytes moved at a time between a stream and the store; even, for UTF-16.
const PIECE: usize = 256 * 1024;

/// An object whose properties can be written through a stream.
pub trait StreamOwner: Send + Sync {
    /// Fails when the object is not usable any more.
    fn check(&self) -> Outcome;

    /// Sets the property, as SetProps would.
    fn set(&self, tag: PropTag, value: Value) -> Outcome;

    /// Learns of the stream, see [`StreamTarget::follow`].
    fn follow(&self, _stream: Weak<dyn Pending>) {}
}

/// Opens a stream on a property whose present value is `current` \[imapiprop-openproperty\].
///
/// A property that is not there is `MAPI_E_NOT_FOUND` unless it is to be created, a type without bytes
/// `MAPI_E_INTERFACE_NOT_SUPPORTED`. The caller has checked that the object may be written if the request wants to.
pub fn open_stream(
    session: &Arc<Session>,
    request: &PropertyRequest,
    current: Option<Value>,
    owner: impl FnOnce() -> Box<dyn StreamOwner>,
) -> Outcome<IUnknown> {
    if request.iid != IStream::IID && request.iid != abi::ISequentialStream::IID {
        return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
    }
    let requested = request.tag.property_type();
    if !matches!(requested, types::UNICODE | types::STRING8 | types::BINARY) {
        return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
    }
    let current = current.filter(|value| type_answers(value.property_type(), requested));
    if current.is_none() && !request.create() {
        return Err(Fault::new(abi::MAPI_E_NOT_FOUND));
    }
    let bytes = match current {
        Some(value) if !request.create() => open_bytes(session.store(), value, requested)?,
        _ => Bytes::new(Vec::new()),
    };
    let stream = if request.modify() {
        let target = Target {
            tag: request.tag,
            store: session.store().clone(),
            owner: owner(),
        };
        stream::open_to_write(
            bytes,
            request.create(),
            request.interface_options,
            Box::new(target),
        )
    } else {
        stream::open_to_read(bytes)
    };
    Ok(stream.into())
}

/// The bytes of a value: few are read at once, many stay where they are until they are asked for.
fn open_bytes(store: &Store, value: Value, requested: u16) -> Outcome<Bytes> {
    let large = match value {
        Value::Large(large) => large,
        value => return Ok(Bytes::new(to_bytes(&value, requested))),
    };
    match (large.property_type(), requested) {
        _ if large.size() <= IN_MEMORY => {}
        (types::BINARY, _) => {
            let source = StoredBytes {
                store: store.clone(),
                value: large,
                window: Mutex::default(),
            };
            return Ok(Bytes::Elsewhere(Arc::new(source)));
        }
        (_, types::UNICODE) => return wide_bytes(store, &large),
        // The code page of 8-bit text may need to see what comes before a byte.
        _ => {}
    }
    let value = store.read_large(&large)?;
    Ok(Bytes::new(to_bytes(&value, requested)))
}

/// A long text as UTF-16, a piece at a time.
fn wide_bytes(store: &Store, large: &LargeValue) -> Outcome<Bytes> {
    let mut bytes = Bytes::new(Vec::new());
    let (mut at, mut end) = (0, 0);
    let mut rest = Vec::new();
    while at < large.stored_size() {
        let piece = store.read_large_at(large, at, PIECE)?;
        at += piece.len() as u64;
        rest.extend(piece);
        let valid = match std::str::from_utf8(&rest) {
            Ok(_) => rest.len(),
            Err(error) => error.valid_up_to(),
        };
        if valid == 0 {
            return Err(Fault::new(abi::MAPI_E_CORRUPT_DATA));
        }
        let text = String::from_utf8_lossy(&rest[..valid]);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.write_at(end, &wide)?;
        end += wide.len() as u64;
        rest.drain(..valid);
    }
    Ok(bytes)
}

/// A large binary value in the store, read a window at a time.
struct StoredBytes {
    store: Store,
    value: LargeValue,
    /// What was read last, and from where.
    window: Mutex<(u64, Vec<u8>)>,
}

impl Source for StoredBytes {
    fn len(&self) -> u64 {
        self.value.stored_size()
    }

    fn read_at(&self, position: u64, into: &mut [u8]) -> Result<usize, StoreError> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let mut count = 0;
        while count < into.len() {
            let at = position + count as u64;
            let inside = at
                .checked_sub(window.0)
                .and_then(|offset| window.1.get(offset as usize..))
                .filter(|inside| !inside.is_empty());
            match inside {
                Some(inside) => {
                    let part = inside.len().min(into.len() - count);
                    into[count..count + part].copy_from_slice(&inside[..part]);
                    count += part;
                }
                None => {
                    let start = at - at % PIECE as u64;
                    let piece = self.store.read_large_at(&self.value, start, PIECE)?;
                    if start + piece.len() as u64 <= at {
                        break;
                    }
                    *window = (start, piece);
                }
            }
        }
        Ok(count)
    }
}

struct Target {
    tag: PropTag,
    store: Store,
    owner: Box<dyn StreamOwner>,
}

impl StreamTarget for Target {
    fn store(&self, bytes: &Bytes) -> Outcome {
        self.owner.check()?;
        let property_type = self.tag.property_type();
        let value = match property_type {
            _ if bytes.len() <= IN_MEMORY => to_value(bytes.to_vec()?, property_type),
            types::BINARY => Value::Large(park_bytes(&self.store, bytes)?),
            types::UNICODE => match park_text(&self.store, bytes)? {
                Some(large) => Value::Large(large),
                None => Value::Unicode(String::new()),
            },
            _ => to_value(bytes.to_vec()?, property_type),
        };
        self.owner.set(stored_tag(self.tag), value)
    }

    fn follow(&self, stream: Weak<dyn Pending>) {
        self.owner.follow(stream);
    }

    fn check(&self) -> Outcome {
        self.owner.check()
    }
}

/// Hands many bytes to the store, a piece at a time; a message that is saved with them takes them over.
fn park_bytes(store: &Store, bytes: &Bytes) -> Outcome<LargeValue> {
    let mut at = 0;
    let parked = store.park_pieces(false, || {
        let piece = bytes.piece(at, PIECE)?;
        at += piece.len() as u64;
        Ok::<_, Fault>(piece)
    })?;
    Ok(parked)
}

/// Like [`park_bytes`] for UTF-16; `None` if nothing is left without the zeros at its end.
fn park_text(store: &Store, bytes: &Bytes) -> Outcome<Option<LargeValue>> {
    let mut end = bytes.len() & !1;
    while end > 0 {
        let start = end.saturating_sub(PIECE as u64);
        let piece = bytes.piece(start, (end - start) as usize)?;
        let last = piece.chunks_exact(2).rposition(|unit| unit != [0, 0]);
        if let Some(last) = last {
            end = start + 2 * (last as u64 + 1);
            break;
        }
        end = start;
    }
    if end == 0 {
        return Ok(None);
    }
    let mut at = 0;
    let parked = store.park_pieces(true, || {
        let limit = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
        let piece = bytes.piece(at, limit)?;
        let mut units: Vec<u16> = piece
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        at += 2 * units.len() as u64;
        // The other half of a character comes with the next piece.
        if at < end && units.len() > 1 && matches!(units.last(), Some(0xD800..=0xDBFF)) {
            units.pop();
            at -= 2;
        }
        Ok::<_, Fault>(String::from_utf16_lossy(&units).into_bytes())
    })?;
    Ok(Some(parked))
}

/// The bytes of a value as a stream of that type shows them: text without a terminator.
pub fn to_bytes(value: &Value, property_type: u16) -> Vec<u8> {
    match value {
        Value::Binary(bytes) => bytes.clone(),
        Value::Unicode(text) if property_type == types::STRING8 => {
            let mut bytes = strings::to_narrow(text);
            bytes.pop();
            bytes
        }
        Value::Unicode(text) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => Vec::new(),
    }
}

/// The value that a stream of that type wrote. A terminator that the client wrote too is left out.
pub fn to_value(bytes: Vec<u8>, property_type: u16) -> Value {
    match property_type {
        types::STRING8 => {
            let end = bytes
                .iter()
                .rposition(|&byte| byte != 0)
                .map_or(0, |last| last + 1);
            Value::Unicode(strings::from_narrow(&bytes[..end]))
        }
        types::UNICODE => {
            let mut units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            while units.last() == Some(&0) {
                units.pop();
            }
            Value::Unicode(String::from_utf16_lossy(&units))
        }
        _ => Value::Binary(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_both_ways_in_both_widths() {
        let text = Value::Unicode("Grüße\r\n".to_owned());
        assert_eq!(to_bytes(&text, types::STRING8), b"Gr\xFC\xDFe\r\n");
        assert_eq!(
            to_value(b"Gr\xFC\xDFe\r\n\0".to_vec(), types::STRING8),
            text
        );
        let wide = to_bytes(&text, types::UNICODE);
        assert_eq!(wide.len(), 14);
        assert_eq!(to_value(wide, types::UNICODE), text);
        let binary = Value::Binary(vec![1, 0, 0]);
        assert_eq!(
            to_value(to_bytes(&binary, types::BINARY), types::BINARY),
            binary
        );
    }
}
