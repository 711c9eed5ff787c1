//! `OpenProperty` with `IID_IStream`: the bytes of a string or binary property, and the way back.

use std::sync::{Arc, Weak};

use mapi_abi::{self as abi, IStream};
use windows_core::{IUnknown, Interface};

use super::property_object::PropertyRequest;
use super::session::Session;
use super::stream::{self, Pending, StreamTarget};
use crate::com::fault::{Fault, Outcome};
use crate::com::strings;
use crate::com::values::{stored_tag, type_answers, types};
use crate::store::{PropTag, Value};

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
    let current = match current {
        Some(value) if !type_answers(value.property_type(), requested) => None,
        Some(Value::Large(large)) => Some(session.store().read_large(&large)?),
        current => current,
    };
    if current.is_none() && !request.create() {
        return Err(Fault::new(abi::MAPI_E_NOT_FOUND));
    }
    let bytes = match current {
        Some(value) if !request.create() => to_bytes(&value, requested),
        _ => Vec::new(),
    };
    let stream = if request.modify() {
        let target = Target {
            tag: request.tag,
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

struct Target {
    tag: PropTag,
    owner: Box<dyn StreamOwner>,
}

impl StreamTarget for Target {
    fn store(&self, bytes: Vec<u8>) -> Outcome {
        self.owner.check()?;
        let value = to_value(bytes, self.tag.property_type());
        self.owner.set(stored_tag(self.tag), value)
    }

    fn follow(&self, stream: Weak<dyn Pending>) {
        self.owner.follow(stream);
    }

    fn check(&self) -> Outcome {
        self.owner.check()
    }
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
