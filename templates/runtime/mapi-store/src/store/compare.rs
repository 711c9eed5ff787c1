//! Order and equality of values.

use std::cmp::Ordering;

use super::text;
use super::value::{Prefix, Value};

/// Order of two single values of one type; `None` if they cannot be compared.
///
/// Texts compare without case. A large value that was not read compares by its beginning: whoever needs all of it reads
/// it first.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Short(left), Value::Short(right)) => left.cmp(right),
        (Value::Long(left), Value::Long(right)) | (Value::Error(left), Value::Error(right)) => {
            left.cmp(right)
        }
        (Value::Float(left), Value::Float(right)) => left.total_cmp(right),
        (Value::Double(left), Value::Double(right))
        | (Value::AppTime(left), Value::AppTime(right)) => left.total_cmp(right),
        (Value::Currency(left), Value::Currency(right)) | (Value::I8(left), Value::I8(right)) => {
            left.cmp(right)
        }
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        (Value::SysTime(left), Value::SysTime(right)) => left.cmp(right),
        (Value::Clsid(left), Value::Clsid(right)) => left.cmp(right),
        (Value::Unicode(left), Value::Unicode(right)) => text::compare(left, right),
        (Value::Binary(left), Value::Binary(right)) => left.cmp(right),
        (Value::Large(large), other) => compare(&large.prefix(), other)?,
        (other, Value::Large(large)) => compare(other, &large.prefix())?,
        _ => return None,
    })
}

/// The elements of a multi-valued value, each as a single value; nothing for a single value.
pub(super) fn elements(value: &Value) -> Vec<Value> {
    fn all<T: Clone>(list: &[T], make: impl Fn(T) -> Value) -> Vec<Value> {
        list.iter().cloned().map(make).collect()
    }
    match value {
        Value::MvShort(list) => all(list, Value::Short),
        Value::MvLong(list) => all(list, Value::Long),
        Value::MvFloat(list) => all(list, Value::Float),
        Value::MvDouble(list) => all(list, Value::Double),
        Value::MvCurrency(list) => all(list, Value::Currency),
        Value::MvAppTime(list) => all(list, Value::AppTime),
        Value::MvI8(list) => all(list, Value::I8),
        Value::MvUnicode(list) => all(list, Value::Unicode),
        Value::MvSysTime(list) => all(list, Value::SysTime),
        Value::MvClsid(list) => all(list, Value::Clsid),
        Value::MvBinary(list) => all(list, Value::Binary),
        _ => Vec::new(),
    }
}

/// Bytes whose order is the order of the values of one type: what sort orders and indexes work with. Texts and bytes
/// are cut, as the contract allows \[imapicontainer-getcontentstable\].
pub(super) fn sort_key(value: &Value) -> Vec<u8> {
    match value {
        Value::Null | Value::Object => Vec::new(),
        Value::Short(number) => signed(i64::from(*number)),
        Value::Long(number) | Value::Error(number) => signed(i64::from(*number)),
        Value::Currency(number) | Value::I8(number) => signed(*number),
        Value::Float(number) => floating(f64::from(*number)),
        Value::Double(number) | Value::AppTime(number) => floating(*number),
        Value::Boolean(yes) => vec![u8::from(*yes)],
        Value::SysTime(time) => time.to_be_bytes().to_vec(),
        Value::Clsid(bytes) => bytes.to_vec(),
        Value::Unicode(value) => text::sort_key(value).into_bytes(),
        Value::Binary(bytes) => bytes[..bytes.len().min(text::CUT)].to_vec(),
        Value::Large(large) => match &large.prefix {
            Prefix::Text(prefix) => text::sort_key_of_beginning(prefix).into_bytes(),
            Prefix::Bytes(prefix) => prefix.clone(),
        },
        list => {
            let mut key = Vec::new();
            for element in elements(list) {
                key.extend(sort_key(&element));
                // Keeps ["a", "b"] before ["ab"].
                key.push(0);
            }
            key
        }
    }
}

fn signed(number: i64) -> Vec<u8> {
    (number as u64 ^ 1 << 63).to_be_bytes().to_vec()
}

fn floating(number: f64) -> Vec<u8> {
    let bits = number.to_bits();
    let ordered = if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    };
    ordered.to_be_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sort_keys_order_as_values_do() {
        let ordered: [Vec<Value>; 6] = [
            [i32::MIN, -5, -1, 0, 1, 7, i32::MAX]
                .map(Value::Long)
                .to_vec(),
            [i64::MIN, -1, 0, i64::MAX].map(Value::I8).to_vec(),
            [f64::NEG_INFINITY, -2.5, -0.0, 0.0, 1e-9, 3.0, f64::INFINITY]
                .map(Value::Double)
                .to_vec(),
            [0, 5, u64::MAX].map(Value::SysTime).to_vec(),
            ["", "a", "B", "é", "F", "z"]
                .map(|text| Value::Unicode(text.into()))
                .to_vec(),
            vec![
                Value::MvUnicode(vec!["a".into(), "b".into()]),
                Value::MvUnicode(vec!["ab".into()]),
            ],
        ];
        for values in ordered {
            for pair in values.windows(2) {
                assert!(sort_key(&pair[0]) < sort_key(&pair[1]), "{pair:?}");
            }
        }
    }

    #[test]
    fn values_of_different_types_do_not_compare() {
        assert_eq!(compare(&Value::Long(1), &Value::I8(1)), None);
        assert_eq!(
            compare(&Value::Unicode("A".into()), &Value::Unicode("a".into())),
            Some(Ordering::Equal)
        );
        assert_eq!(
            compare(&Value::MvLong(vec![1]), &Value::MvLong(vec![1])),
            None
        );
    }
}
