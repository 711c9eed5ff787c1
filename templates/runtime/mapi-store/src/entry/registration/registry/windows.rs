//! Windows' registry.

use std::borrow::Cow;
use std::io;

use winreg::enums::{
    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, HKEY_USERS, KEY_CREATE_SUB_KEY, KEY_READ, KEY_SET_VALUE,
    KEY_WOW64_32KEY, KEY_WOW64_64KEY, REG_BINARY, REG_DWORD, REG_DWORD_BIG_ENDIAN, REG_EXPAND_SZ,
    REG_FULL_RESOURCE_DESCRIPTOR, REG_LINK, REG_MULTI_SZ, REG_NONE, REG_QWORD, REG_RESOURCE_LIST,
    REG_RESOURCE_REQUIREMENTS_LIST, REG_SZ, RegType,
};
use winreg::{RegKey, RegValue};

use super::{Registry, Root, Value, View};

/// Windows' registry. Without administrator's rights HKEY_LOCAL_MACHINE can only be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct WindowsRegistry;

const KINDS: [RegType; 12] = [
    REG_NONE,
    REG_SZ,
    REG_EXPAND_SZ,
    REG_BINARY,
    REG_DWORD,
    REG_DWORD_BIG_ENDIAN,
    REG_LINK,
    REG_MULTI_SZ,
    REG_RESOURCE_LIST,
    REG_FULL_RESOURCE_DESCRIPTOR,
    REG_RESOURCE_REQUIREMENTS_LIST,
    REG_QWORD,
];

fn root(root: Root) -> RegKey {
    RegKey::predef(match root {
        Root::LocalMachine => HKEY_LOCAL_MACHINE,
        Root::CurrentUser => HKEY_CURRENT_USER,
        Root::Users => HKEY_USERS,
    })
}

fn flag(view: View) -> u32 {
    match view {
        View::Registry64 => KEY_WOW64_64KEY,
        View::Registry32 => KEY_WOW64_32KEY,
    }
}

fn open(at: Root, view: View, key: &str, access: u32) -> io::Result<Option<RegKey>> {
    found(root(at).open_subkey_with_flags(key, access | flag(view)))
}

/// `None` for what is not there.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn units(bytes: &[u8]) -> Vec<u16> {
    bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

/// A text without the zeros at its end.
fn text(bytes: &[u8]) -> String {
    let text = String::from_utf16_lossy(&units(bytes));
    text.trim_end_matches('\0').to_owned()
}

fn bytes(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().chain([0]);
    units.flat_map(u16::to_le_bytes).collect()
}

fn read(value: RegValue<'_>) -> Value {
    match value.vtype {
        REG_SZ => Value::Text(text(&value.bytes)),
        REG_EXPAND_SZ => Value::Expandable(text(&value.bytes)),
        REG_MULTI_SZ => {
            let text = text(&value.bytes);
            let texts = text.split('\0').filter(|text| !text.is_empty());
            Value::MultiText(texts.map(str::to_owned).collect())
        }
        REG_BINARY => Value::Binary(value.bytes.into_owned()),
        kind => match (kind.clone(), <[u8; 4]>::try_from(&value.bytes[..])) {
            (REG_DWORD, Ok(bytes)) => Value::Number(u32::from_le_bytes(bytes)),
            _ => Value::Other(kind as u32, value.bytes.into_owned()),
        },
    }
}

fn written(value: &Value) -> io::Result<RegValue<'static>> {
    let (vtype, bytes) = match value {
        Value::Text(text) => (REG_SZ, bytes(text)),
        Value::Expandable(text) => (REG_EXPAND_SZ, bytes(text)),
        Value::MultiText(texts) => {
            let each = texts.iter().flat_map(|text| bytes(text));
            (REG_MULTI_SZ, each.chain([0, 0]).collect())
        }
        Value::Number(number) => (REG_DWORD, number.to_le_bytes().to_vec()),
        Value::Binary(bytes) => (REG_BINARY, bytes.clone()),
        Value::Other(kind, bytes) => {
            let kind = KINDS
                .into_iter()
                .find(|known| known.clone() as u32 == *kind)
                .ok_or(io::ErrorKind::InvalidInput)?;
            (kind, bytes.clone())
        }
    };
    Ok(RegValue {
        vtype,
        bytes: Cow::Owned(bytes),
    })
}

impl Registry for WindowsRegistry {
    fn read(&self, root: Root, view: View, key: &str, name: &str) -> io::Result<Option<Value>> {
        let Some(key) = open(root, view, key, KEY_READ)? else {
            return Ok(None);
        };
        Ok(found(key.get_raw_value(name))?.map(read))
    }

    fn exists(&self, root: Root, view: View, key: &str) -> io::Result<bool> {
        Ok(open(root, view, key, KEY_READ)?.is_some())
    }

    fn values(&self, root: Root, view: View, key: &str) -> io::Result<Vec<(String, Value)>> {
        let Some(key) = open(root, view, key, KEY_READ)? else {
            return Ok(Vec::new());
        };
        let mut values = Vec::new();
        for value in key.enum_values() {
            let (name, value) = value?;
            values.push((name, read(value)));
        }
        values.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(values)
    }

    fn keys(&self, root: Root, view: View, key: &str) -> io::Result<Vec<String>> {
        let Some(key) = open(root, view, key, KEY_READ)? else {
            return Ok(Vec::new());
        };
        let mut keys = key.enum_keys().collect::<io::Result<Vec<_>>>()?;
        keys.sort();
        Ok(keys)
    }

    fn create_key(&self, at: Root, view: View, key: &str) -> io::Result<()> {
        root(at)
            .create_subkey_with_flags(key, KEY_CREATE_SUB_KEY | flag(view))
            .map(|_| ())
    }

    fn is_writable(&self, root: Root, view: View, key: &str) -> io::Result<bool> {
        match open(root, view, key, KEY_SET_VALUE | KEY_CREATE_SUB_KEY) {
            Ok(key) => Ok(key.is_some()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn write(&self, at: Root, view: View, key: &str, name: &str, value: &Value) -> io::Result<()> {
        let access = KEY_SET_VALUE | KEY_CREATE_SUB_KEY | flag(view);
        let (key, _) = root(at).create_subkey_with_flags(key, access)?;
        key.set_raw_value(name, &written(value)?)
    }

    fn delete_value(&self, root: Root, view: View, key: &str, name: &str) -> io::Result<bool> {
        // Asked first: without the value nobody needs the right to change the key.
        if self.read(root, view, key, name)?.is_none() {
            return Ok(false);
        }
        let Some(key) = open(root, view, key, KEY_SET_VALUE)? else {
            return Ok(false);
        };
        Ok(found(key.delete_value(name))?.is_some())
    }

    fn delete_key(&self, at: Root, view: View, key: &str) -> io::Result<bool> {
        let Some(opened) = open(at, view, key, KEY_READ)? else {
            return Ok(false);
        };
        let metadata = opened.query_info()?;
        if metadata.values > 0 || metadata.sub_keys > 0 {
            return Ok(false);
        }
        drop(opened);
        Ok(found(root(at).delete_subkey_with_flags(key, flag(view)))?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_comes_back_from_its_own_view() {
        let registry = WindowsRegistry;
        let root = Root::LocalMachine;
        let key = format!(r"SOFTWARE\mapi-store test {}\Deep", std::process::id());
        let parent = key.rsplit_once('\\').unwrap().0;
        let values = [
            ("a", Value::Text("ä \u{4e00}".to_owned())),
            ("b", Value::Expandable("%TEMP%\\x".to_owned())),
            (
                "c",
                Value::MultiText(vec!["one".to_owned(), "two".to_owned()]),
            ),
            ("d", Value::Number(0xFFFF_FFFE)),
            ("e", Value::Binary(vec![0, 1, 255])),
            ("f", Value::Other(REG_QWORD as u32, vec![1; 8])),
            ("g", Value::MultiText(Vec::new())),
        ];
        for view in View::ALL {
            assert!(!registry.exists(root, view, parent).unwrap());
            assert!(!registry.delete_value(root, view, &key, "a").unwrap());
            for (name, value) in &values {
                registry.write(root, view, &key, name, value).unwrap();
                assert_eq!(
                    registry
                        .read(root, view, &key, &name.to_uppercase())
                        .unwrap(),
                    Some(value.clone())
                );
            }
            assert_eq!(
                registry.values(root, view, &key).unwrap(),
                values
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone()))
                    .collect::<Vec<_>>()
            );
            assert_eq!(registry.keys(root, view, parent).unwrap(), ["Deep"]);
            assert!(!registry.delete_key(root, view, &key).unwrap());
            assert!(!registry.delete_key(root, view, parent).unwrap());
            for (name, _) in &values {
                assert!(registry.delete_value(root, view, &key, name).unwrap());
            }
            assert!(registry.delete_key(root, view, &key).unwrap());
            assert!(registry.delete_key(root, view, parent).unwrap());
            assert!(!registry.delete_key(root, view, parent).unwrap());
        }
    }
}
