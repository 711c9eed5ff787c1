//! ModifyRecipients: reading the caller's list, and the rules by which it changes the recipients
//! \[imessage-modifyrecipients\].

use std::collections::HashSet;

use mapi_abi as abi;

use crate::com::arguments::{array, require};
use crate::com::fault::{Fault, Outcome};
use crate::com::values::{self, types};
use crate::store::{PropTag, PropertyBag, Recipient, Value};

/// What is done with the entries of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// They take the place of all recipients.
    Replace,
    /// They come after the recipients that are there.
    Add,
    /// Each takes the place of the recipient with its row id.
    Modify,
    /// The recipients with their row ids go.
    Remove,
}

impl Operation {
    /// At most one of the flags may be set; none means replace.
    pub(super) fn of_flags(flags: u32) -> Outcome<Self> {
        match flags & (abi::MODRECIP_ADD | abi::MODRECIP_MODIFY | abi::MODRECIP_REMOVE) {
            0 => Ok(Self::Replace),
            abi::MODRECIP_ADD => Ok(Self::Add),
            abi::MODRECIP_MODIFY => Ok(Self::Modify),
            abi::MODRECIP_REMOVE => Ok(Self::Remove),
            _ => Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER)),
        }
    }
}

/// One entry of the caller's list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    /// `PR_ROWID`, if the entry has it.
    row_id: Option<u32>,
    /// Everything else.
    properties: PropertyBag,
}

/// Copies the caller's list, which stays as it is. Entries without properties are passed over, as are values of type
/// `PT_ERROR`; `PT_NULL` is not allowed.
///
/// # Safety
/// `list` is NULL or a valid list.
pub(super) unsafe fn read(list: *const abi::ADRLIST) -> Outcome<Vec<Entry>> {
    require(list)?;
    // SAFETY: not NULL, so the caller promises a list with as many entries as it says.
    let entries: Vec<abi::ADRENTRY> =
        unsafe { array((&raw const (*list).aEntries).cast(), (*list).cEntries)? };
    entries
        .iter()
        .filter(|entry| entry.cValues != 0 && !entry.rgPropVals.is_null())
        // SAFETY: the caller promises valid entries.
        .map(|entry| unsafe { read_entry(entry) })
        .collect()
}

/// # Safety
/// `entry` is valid and has properties.
unsafe fn read_entry(entry: &abi::ADRENTRY) -> Outcome<Entry> {
    let mut read = Entry::default();
    // SAFETY: the caller's promise.
    for property in unsafe { array(entry.rgPropVals, entry.cValues)? } {
        let tag = PropTag(property.ulPropTag);
        match tag.property_type() {
            types::ERROR | types::OBJECT => continue,
            types::NULL => return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER)),
            _ => {}
        }
        // SAFETY: the caller's promise.
        let (tag, value) = unsafe { values::read(&property)? };
        match value {
            Value::Long(row_id) if tag.0 == abi::PR_ROWID => {
                read.row_id = Some(row_id.cast_unsigned())
            }
            value => drop(read.properties.set(tag, value)),
        }
    }
    Ok(read)
}

/// The recipients after the operation. Row ids that the caller supplies stay, because MAPI's own ExpandRecips counts on
/// it; others come from `next_row_id`, which only grows.
pub(super) fn modify(
    current: &[Recipient],
    operation: Operation,
    entries: Vec<Entry>,
    next_row_id: &mut u32,
) -> Outcome<Vec<Recipient>> {
    let mut recipients = if operation == Operation::Replace {
        Vec::new()
    } else {
        current.to_vec()
    };
    match operation {
        Operation::Replace | Operation::Add => add(&mut recipients, entries, next_row_id),
        Operation::Modify => {
            for entry in entries {
                let place = find(&recipients, &entry)?;
                recipients[place].properties = entry.properties;
            }
        }
        Operation::Remove => {
            let places = entries
                .iter()
                .map(|entry| find(&recipients, entry))
                .collect::<Outcome<HashSet<_>>>()?;
            let mut index = 0;
            recipients.retain(|_| {
                index += 1;
                !places.contains(&(index - 1))
            });
        }
    }
    Ok(recipients)
}

fn add(recipients: &mut Vec<Recipient>, entries: Vec<Entry>, next_row_id: &mut u32) {
    let mut taken: HashSet<u32> = recipients
        .iter()
        .map(|recipient| recipient.row_id)
        .collect();
    // Supplied ids first: a new id must not be one that a later entry brings along.
    let ids: Vec<Option<u32>> = entries
        .iter()
        .map(|entry| entry.row_id.filter(|&row_id| taken.insert(row_id)))
        .collect();
    for (entry, id) in entries.into_iter().zip(ids) {
        let row_id = id.unwrap_or_else(|| {
            while !taken.insert(*next_row_id) {
                *next_row_id = next_row_id.wrapping_add(1);
            }
            *next_row_id
        });
        *next_row_id = (*next_row_id).max(row_id.saturating_add(1));
        let mut properties = entry.properties;
        if properties.long(abi::PR_RECIPIENT_TYPE).is_none() {
            properties.set(
                abi::PR_RECIPIENT_TYPE,
                Value::Long(abi::MAPI_TO.cast_signed()),
            );
        }
        recipients.push(Recipient { row_id, properties });
    }
}

/// The recipient that an entry means.
fn find(recipients: &[Recipient], entry: &Entry) -> Outcome<usize> {
    let row_id = entry
        .row_id
        .ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
    let place = recipients
        .iter()
        .position(|recipient| recipient.row_id == row_id);
    place.ok_or(Fault::new(abi::MAPI_E_NOT_FOUND))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(row_id: Option<u32>, name: &str) -> Entry {
        let properties = [(abi::PR_DISPLAY_NAME, Value::Unicode(name.to_owned()))]
            .into_iter()
            .collect();
        Entry { row_id, properties }
    }

    fn names(recipients: &[Recipient]) -> Vec<(u32, &str)> {
        recipients
            .iter()
            .map(|recipient| {
                (
                    recipient.row_id,
                    recipient
                        .properties
                        .text(abi::PR_DISPLAY_NAME)
                        .unwrap_or(""),
                )
            })
            .collect()
    }

    #[test]
    fn supplied_row_ids_stay_and_new_ones_are_never_used_twice() {
        let mut next = 0;
        let entries = vec![
            entry(None, "a"),
            entry(Some(0), "b"),
            entry(Some(7), "c"),
            entry(Some(7), "d"),
        ];
        let recipients = modify(&[], Operation::Replace, entries, &mut next).unwrap();
        let ids: Vec<u32> = names(&recipients).iter().map(|(id, _)| *id).collect();
        assert_eq!((ids[1], ids[2]), (0, 7));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 4);
        let fewer = modify(
            &recipients,
            Operation::Remove,
            vec![entry(Some(ids[3]), "")],
            &mut next,
        )
        .unwrap();
        let more = modify(&fewer, Operation::Add, vec![entry(None, "e")], &mut next).unwrap();
        assert!(
            !ids.contains(&more[3].row_id),
            "{:?} after {ids:?}",
            names(&more)
        );
    }

    #[test]
    fn a_modified_row_is_replaced_whole() {
        let mut next = 0;
        let mut both = entry(None, "a");
        both.properties.set(
            abi::PR_EMAIL_ADDRESS,
            Value::Unicode("a@example.com".to_owned()),
        );
        let recipients = modify(&[], Operation::Add, vec![both], &mut next).unwrap();
        let modified = modify(
            &recipients,
            Operation::Modify,
            vec![entry(Some(0), "b")],
            &mut next,
        )
        .unwrap();
        assert_eq!(names(&modified), [(0, "b")]);
        assert_eq!(modified[0].properties.text(abi::PR_EMAIL_ADDRESS), None);
    }

    #[test]
    fn modify_and_remove_need_a_row_that_is_there() {
        let mut next = 0;
        let recipients = modify(&[], Operation::Add, vec![entry(None, "a")], &mut next).unwrap();
        for operation in [Operation::Modify, Operation::Remove] {
            let absent = modify(&recipients, operation, vec![entry(Some(9), "x")], &mut next);
            assert_eq!(absent.unwrap_err().code(), abi::MAPI_E_NOT_FOUND);
            let nameless = modify(&recipients, operation, vec![entry(None, "x")], &mut next);
            assert_eq!(nameless.unwrap_err().code(), abi::MAPI_E_INVALID_PARAMETER);
        }
    }

    #[test]
    fn a_recipient_without_type_is_a_primary_one() {
        let recipients = modify(&[], Operation::Add, vec![entry(None, "a")], &mut 0).unwrap();
        assert_eq!(
            recipients[0].properties.long(abi::PR_RECIPIENT_TYPE),
            Some(1)
        );
    }

    #[test]
    fn the_flags_exclude_each_other() {
        assert_eq!(Operation::of_flags(0).unwrap(), Operation::Replace);
        assert_eq!(
            Operation::of_flags(abi::MODRECIP_REMOVE).unwrap(),
            Operation::Remove
        );
        let both = Operation::of_flags(abi::MODRECIP_ADD | abi::MODRECIP_MODIFY);
        assert_eq!(both.unwrap_err().code(), abi::MAPI_E_INVALID_PARAMETER);
    }

    #[test]
    fn the_callers_list_is_read_by_its_rules() {
        let mut name: Vec<u16> = "Ann\0".encode_utf16().collect();
        let mut good = [abi::SPropValue::ZERO; 3];
        good[0].ulPropTag = abi::PR_DISPLAY_NAME;
        good[0].Value.lpszW = name.as_mut_ptr();
        good[1].ulPropTag = 0x3003_000A;
        good[2].ulPropTag = abi::PR_ROWID;
        good[2].Value.l = 5;
        let mut list = abi::ADRLIST {
            cEntries: 1,
            aEntries: [abi::ADRENTRY {
                ulReserved1: 0,
                cValues: 3,
                rgPropVals: good.as_mut_ptr(),
            }],
        };
        // SAFETY: the list is made of locals.
        let entries = unsafe { read(&list).unwrap() };
        assert_eq!(entries, [entry(Some(5), "Ann")]);
        good[1].ulPropTag = 0x3003_0001;
        list.aEntries[0].rgPropVals = good.as_mut_ptr();
        // SAFETY: as above.
        assert_eq!(
            unsafe { read(&list) }.unwrap_err().code(),
            abi::MAPI_E_INVALID_PARAMETER
        );
        list.aEntries[0].cValues = 0;
        // SAFETY: as above.
        assert_eq!(unsafe { read(&list) }.unwrap(), []);
        // SAFETY: NULL is allowed.
        assert_eq!(
            unsafe { read(std::ptr::null()) }.unwrap_err().code(),
            abi::MAPI_E_INVALID_PARAMETER
        );
    }
}
