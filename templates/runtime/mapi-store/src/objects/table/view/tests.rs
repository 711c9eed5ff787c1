use std::sync::Mutex;

use super::*;
use crate::store::{StoreError, Value};

/// Rows with numbers, of which the test keeps a hand on. Sorts by the number, restricts to greater ones.
#[derive(Clone)]
struct Numbers {
    numbers: Arc<Mutex<Vec<i32>>>,
    descending: bool,
    above: i32,
}

const NUMBER: PropTag = PropTag(0x6600_0003);

fn key(number: i32) -> InstanceKey {
    InstanceKey::of_number(number as u64)
}

impl Numbers {
    fn shown(&self) -> Vec<i32> {
        let mut numbers: Vec<i32> = self.numbers.lock().unwrap().clone();
        numbers.retain(|&number| number > self.above);
        if self.descending {
            numbers.sort_by(|a, b| b.cmp(a));
        }
        numbers
    }
}

impl RowSource for Numbers {
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        let above = match restriction.as_deref() {
            None => 0,
            Some(Restriction::Property {
                value: Value::Long(above),
                ..
            }) => *above,
            Some(_) => return Err(StoreError::TooComplex),
        };
        Ok(Box::new(Self {
            numbers: self.numbers.clone(),
            descending: !order.is_empty(),
            above,
        }))
    }

    fn count(&self) -> Result<usize, StoreError> {
        Ok(self.shown().len())
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        let cells = |number| {
            columns
                .iter()
                .map(|&tag| (tag == NUMBER).then_some(Value::Long(number)))
                .collect()
        };
        let row = |number| Row {
            key: key(number),
            object: None,
            cells: cells(number),
        };
        Ok(self
            .shown()
            .into_iter()
            .skip(start)
            .take(count)
            .map(row)
            .collect())
    }

    fn find(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        let Restriction::Property {
            value: Value::Long(wanted),
            ..
        } = restriction
        else {
            return Err(StoreError::TooComplex);
        };
        let hits = self
            .shown()
            .into_iter()
            .enumerate()
            .filter(|(_, number)| number == wanted)
            .map(|(index, _)| index);
        Ok(if backward {
            hits.filter(|&index| index < start).max()
        } else {
            hits.filter(|&index| index >= start).min()
        })
    }

    fn position_of(&self, wanted: InstanceKey) -> Result<Option<usize>, StoreError> {
        Ok(self
            .shown()
            .into_iter()
            .position(|number| key(number) == wanted))
    }

    fn stamp(&self) -> Result<i64, StoreError> {
        Ok(0)
    }

    fn default_columns(&self) -> Vec<PropTag> {
        vec![NUMBER]
    }

    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        Ok(vec![NUMBER, PropTag(0x6601_0003)])
    }
}

struct Fixture {
    view: View,
    numbers: Arc<Mutex<Vec<i32>>>,
    revision: Revision,
}

fn fixture(numbers: &[i32]) -> Fixture {
    let numbers = Arc::new(Mutex::new(numbers.to_vec()));
    let revision = Revision::default();
    let source = Numbers {
        numbers: numbers.clone(),
        descending: false,
        above: 0,
    };
    let view = View::new(Box::new(source), vec![NUMBER.0], revision.clone()).unwrap();
    Fixture {
        view,
        numbers,
        revision,
    }
}

impl Fixture {
    fn change(&self, change: impl FnOnce(&mut Vec<i32>)) {
        change(&mut self.numbers.lock().unwrap());
        self.revision.advance();
    }

    fn query(&mut self, count: i64, stay: bool) -> Vec<i32> {
        let rows = self.view.query(count, stay).unwrap();
        let number = |row: Row| match row.cells[0] {
            Some(Value::Long(number)) => number,
            _ => panic!("no number in {row:?}"),
        };
        rows.into_iter().map(number).collect()
    }
}

const BEGINNING: usize = abi::BOOKMARK_BEGINNING;
const CURRENT: usize = abi::BOOKMARK_CURRENT;
const END: usize = abi::BOOKMARK_END;

fn equals(number: i32) -> Restriction {
    Restriction::Property {
        relation: crate::store::Relation::Equal,
        tag: NUMBER,
        value: Value::Long(number),
    }
}

#[test]
fn rows_come_in_pages_until_there_are_none() {
    let mut table = fixture(&[1, 2, 3, 4, 5]);
    assert_eq!(table.query(2, false), [1, 2]);
    assert_eq!(table.query(2, true), [3, 4]);
    assert_eq!(table.query(9, false), [3, 4, 5]);
    assert_eq!(table.query(1, false), []);
    assert_eq!(table.query(1, false), []);
    assert_eq!(table.query(i64::from(i32::MAX), false), []);
}

#[test]
fn negative_counts_read_forward_from_further_back() {
    let mut table = fixture(&[1, 2, 3, 4, 5]);
    assert_eq!(table.query(-3, false), []);
    table.view.seek(BEGINNING, 4).unwrap();
    assert_eq!(table.query(-2, false), [3, 4]);
    assert_eq!(table.view.position().unwrap(), (4, 5));
    assert_eq!(table.query(-2, true), [3, 4]);
    assert_eq!(table.view.position().unwrap(), (2, 5));
    assert_eq!(table.query(i64::from(i32::MIN), true), [1, 2]);
    assert_eq!(table.view.position().unwrap(), (0, 5));
}

#[test]
fn seeking_stops_at_the_ends() {
    let mut table = fixture(&[1, 2, 3]);
    assert_eq!(
        table.view.seek(CURRENT, 99).unwrap(),
        Reached {
            value: 3,
            moved: false
        }
    );
    assert_eq!(
        table.view.seek(CURRENT, -99).unwrap(),
        Reached {
            value: -3,
            moved: false
        }
    );
    assert_eq!(
        table.view.seek(END, -1).unwrap(),
        Reached {
            value: -1,
            moved: false
        }
    );
    assert_eq!(table.query(9, false), [3]);
    assert_eq!(
        table.view.seek(99, 0).unwrap_err().code(),
        abi::MAPI_E_INVALID_BOOKMARK
    );
}

#[test]
fn fractions_lead_to_rows() {
    let mut table = fixture(&[1, 2, 3, 4]);
    for (numerator, denominator, position) in
        [(0, 7, 0), (1, 2, 2), (7, 7, 4), (9, 7, 4), (u32::MAX, 1, 4)]
    {
        table.view.seek_fraction(numerator, denominator).unwrap();
        assert_eq!(
            table.view.position().unwrap().0,
            position,
            "{numerator}/{denominator}"
        );
    }
    assert_eq!(
        table.view.seek_fraction(1, 0).unwrap_err().code(),
        abi::MAPI_E_INVALID_PARAMETER
    );
}

#[test]
fn the_cursor_stays_before_its_row_when_others_come_and_go() {
    let mut table = fixture(&[1, 2, 3, 4, 5]);
    assert_eq!(table.query(2, false), [1, 2]);
    table.change(|numbers| numbers.retain(|&number| number > 2));
    assert_eq!(table.query(1, false), [3]);
    table.change(|numbers| numbers.splice(0..0, [10, 11]).for_each(drop));
    assert_eq!(table.query(1, false), [4]);
    // The row after the cursor goes: the one before it still tells where the cursor is.
    table.change(|numbers| numbers.retain(|&number| number != 5));
    table.change(|numbers| numbers.push(6));
    assert_eq!(table.query(9, false), [6]);
    table.change(Vec::clear);
    assert_eq!(table.query(9, false), []);
    assert_eq!(table.view.position().unwrap(), (0, 0));
}

#[test]
fn a_cursor_at_the_end_sees_what_is_added_behind_it() {
    let mut table = fixture(&[1]);
    assert_eq!(table.query(9, false), [1]);
    table.change(|numbers| numbers.push(2));
    assert_eq!(table.query(9, false), [2]);
}

#[test]
fn a_cursor_finds_its_row_though_nobody_told_of_a_change() {
    let mut table = fixture(&[1, 2, 3, 4, 5]);
    assert_eq!(table.query(2, false), [1, 2]);
    // Another process, and nobody has looked yet.
    table.numbers.lock().unwrap().remove(0);
    assert_eq!(table.query(1, false), [3]);
    table.numbers.lock().unwrap().insert(0, 9);
    table.numbers.lock().unwrap().retain(|number| *number != 4);
    assert_eq!(table.query(9, false), [5]);
    table.numbers.lock().unwrap().push(6);
    assert_eq!(table.query(9, false), [6]);
}

#[test]
fn a_limit_shows_the_first_rows() {
    let mut table = fixture(&[4, 5, 6, 7]);
    table.view.restrict(Some(equals(4)), Some(2)).unwrap();
    assert_eq!(table.view.count().unwrap(), 2);
    assert_eq!(table.query(9, false), [5, 6]);
    assert_eq!(table.query(9, false), []);
    assert_eq!(table.query(-1, true), [6]);
    let gone = table.view.find(&equals(7), BEGINNING, false);
    assert_eq!(gone.unwrap_err().code(), abi::MAPI_E_NOT_FOUND);
    table.view.restrict(None, None).unwrap();
    assert_eq!(table.view.count().unwrap(), 4);
}

#[test]
fn a_bookmark_follows_its_row_and_tells_once_when_it_is_gone() {
    let mut table = fixture(&[1, 2, 3, 4]);
    table.view.seek(BEGINNING, 2).unwrap();
    let bookmark = table.view.create_bookmark().unwrap();
    assert!(bookmark > END);
    table.change(|numbers| numbers.insert(0, 9));
    assert_eq!(
        table.view.seek(bookmark, 0).unwrap(),
        Reached {
            value: 0,
            moved: false
        }
    );
    assert_eq!(table.query(1, false), [3]);
    table.change(|numbers| numbers.retain(|&number| number != 3));
    assert_eq!(
        table.view.seek(bookmark, 0).unwrap(),
        Reached {
            value: 0,
            moved: true
        }
    );
    assert_eq!(table.query(1, false), [4]);
    assert_eq!(
        table.view.seek(bookmark, 0).unwrap(),
        Reached {
            value: 0,
            moved: false
        }
    );
    table.view.free_bookmark(bookmark).unwrap();
    assert_eq!(
        table.view.free_bookmark(bookmark).unwrap_err().code(),
        abi::MAPI_E_INVALID_BOOKMARK
    );
    for own in [BEGINNING, CURRENT, END] {
        table.view.free_bookmark(own).unwrap();
    }
}

#[test]
fn there_is_an_end_to_bookmarks() {
    let mut table = fixture(&[1]);
    for _ in 0..MOST_BOOKMARKS {
        table.view.create_bookmark().unwrap();
    }
    assert_eq!(
        table.view.create_bookmark().unwrap_err().code(),
        abi::MAPI_E_UNABLE_TO_COMPLETE
    );
}

#[test]
fn sorting_and_restricting_start_over_and_forget_bookmarks() {
    let mut table = fixture(&[1, 3, 2]);
    table.view.seek(END, 0).unwrap();
    let bookmark = table.view.create_bookmark().unwrap();
    table
        .view
        .sort(Order {
            keys: vec![SortKey {
                tag: NUMBER,
                descending: true,
            }],
            ..Order::default()
        })
        .unwrap();
    assert_eq!(table.query(9, false), [3, 2, 1]);
    assert_eq!(
        table.view.seek(bookmark, 0).unwrap_err().code(),
        abi::MAPI_E_INVALID_BOOKMARK
    );
    table.view.restrict(Some(equals(1)), None).unwrap();
    assert!(table.view.is_restricted());
    assert_eq!(table.query(9, false), [3, 2]);
    table.view.restrict(None, None).unwrap();
    assert_eq!(table.query(9, false), [3, 2, 1]);
}

#[test]
fn a_failed_restriction_leaves_the_view() {
    let mut table = fixture(&[1, 2, 3]);
    table.view.restrict(Some(equals(1)), None).unwrap();
    assert_eq!(table.query(1, false), [2]);
    let refused = table
        .view
        .restrict(Some(Restriction::Exist(NUMBER)), None)
        .unwrap_err();
    assert_eq!(refused.code(), abi::MAPI_E_TOO_COMPLEX);
    assert_eq!(table.query(9, false), [3]);
}

#[test]
fn find_looks_from_a_bookmark_in_both_directions() {
    let mut table = fixture(&[1, 2, 1, 2]);
    table.view.find(&equals(2), BEGINNING, false).unwrap();
    assert_eq!(table.view.position().unwrap().0, 1);
    table.view.find(&equals(2), END, true).unwrap();
    assert_eq!(table.view.position().unwrap().0, 3);
    // The row under the cursor is not before it.
    table.view.find(&equals(2), CURRENT, true).unwrap();
    assert_eq!(table.view.position().unwrap().0, 1);
    let miss = table.view.find(&equals(7), BEGINNING, false).unwrap_err();
    assert_eq!(miss.code(), abi::MAPI_E_NOT_FOUND);
    assert_eq!(table.view.position().unwrap().0, 1);
}

#[test]
fn columns_are_checked() {
    let mut table = fixture(&[1]);
    assert_eq!(
        table.view.set_columns(&[]).unwrap_err().code(),
        abi::MAPI_E_INVALID_PARAMETER
    );
    assert_eq!(
        table.view.set_columns(&[0x6600_0000]).unwrap_err().code(),
        abi::MAPI_E_INVALID_PARAMETER
    );
    assert_eq!(
        table.view.set_columns(&[0x6600_3000]).unwrap_err().code(),
        abi::MAPI_E_INVALID_PARAMETER
    );
    table
        .view
        .set_columns(&[abi::PR_NULL, 0x6602_001E])
        .unwrap();
    assert_eq!(table.view.columns(), [abi::PR_NULL, 0x6602_001E]);
    assert_eq!(
        table.view.all_columns().unwrap(),
        [NUMBER, PropTag(0x6601_0003)]
    );
}

#[test]
fn a_cursor_goes_back_unless_it_was_moved_again() {
    let mut table = fixture(&[1, 2, 3]);
    let before = table.view.checkpoint();
    assert_eq!(table.query(2, false), [1, 2]);
    let moved = table.view.checkpoint();
    table.view.restore(before, moved);
    assert_eq!(table.query(3, false), [1, 2, 3]);
    table.view.restore(before, moved);
    assert_eq!(table.query(3, false), []);
}
