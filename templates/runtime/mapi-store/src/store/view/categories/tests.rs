use super::*;
use crate::store::{MemoryRow, MemoryView};

const TOPIC: PropTag = PropTag(PR_CONVERSATION_TOPIC);
const TIME: PropTag = PropTag(PR_MESSAGE_DELIVERY_TIME);
const IMPORTANCE: PropTag = PropTag(PR_IMPORTANCE);

fn ascending(tag: PropTag) -> SortKey {
    SortKey {
        tag,
        descending: false,
    }
}

fn by(keys: &[SortKey]) -> Category {
    Category {
        keys: keys.to_vec(),
        extreme: None,
    }
}

/// Rows of topic, importance, time and whether they are read; numbered from 1.
fn source(rows: &[(&str, i32, u64, bool)]) -> MemoryView {
    let rows = rows.iter().zip(1..).map(|(row, number)| {
        let (topic, importance, time, read) = *row;
        let mut properties = PropertyBag::new();
        if !topic.is_empty() {
            properties.set(PR_CONVERSATION_TOPIC, Value::Unicode(topic.into()));
        }
        properties.set(PR_IMPORTANCE, Value::Long(importance));
        properties.set(PR_MESSAGE_DELIVERY_TIME, Value::SysTime(time));
        let flags = if read { MSGFLAG_READ } else { 0 };
        properties.set(PR_MESSAGE_FLAGS, Value::Long(flags as i32));
        MemoryRow {
            key: InstanceKey::of_number(number),
            properties,
        }
    });
    MemoryView::new(rows.collect(), Vec::new())
}

fn sample() -> MemoryView {
    source(&[
        ("beta", 1, 10, true),
        ("Alpha", 2, 40, false),
        ("alpha", 1, 20, true),
        ("", 1, 30, false),
        ("beta", 2, 50, false),
    ])
}

fn view(categories: &[Category], expanded: usize) -> CategoryView {
    let grouping = Grouping {
        categories: categories.to_vec(),
        order: vec![ascending(TIME)],
    };
    let state = Arc::new(CategoryState::new(expanded));
    CategoryView::new(&sample(), &grouping, state, None).unwrap()
}

/// Each row as a number, or as a heading with its counts.
fn shown(view: &CategoryView) -> Vec<String> {
    let columns = [
        PR_ROW_TYPE,
        PR_DEPTH,
        PR_CONVERSATION_TOPIC,
        PR_IMPORTANCE,
        PR_CONTENT_COUNT,
        PR_CONTENT_UNREAD,
    ];
    let rows = view.rows(0, 99, &columns.map(PropTag)).unwrap();
    assert_eq!(rows.len(), view.count().unwrap());
    assert!(view.rows(rows.len(), 9, &[]).unwrap().is_empty());
    assert!(view.rows(rows.len() + 9, 9, &[]).unwrap().is_empty());
    for (position, row) in rows.iter().enumerate() {
        assert_eq!(view.position_of(row.key).unwrap(), Some(position));
        let one = view.rows(position, 1, &columns.map(PropTag)).unwrap();
        assert_eq!(one[0], *row);
    }
    let line = |row: &Row| {
        let long = |index: usize| match row.cells[index] {
            Some(Value::Long(number)) => Some(number as u32),
            _ => None,
        };
        let topic = match &row.cells[2] {
            Some(Value::Unicode(topic)) => topic.to_lowercase(),
            _ => "?".into(),
        };
        let indent = " ".repeat(long(1).unwrap() as usize);
        match long(0).unwrap() {
            TBL_LEAF_ROW => format!("{indent}{}", row.key.0[15]),
            TBL_EXPANDED_CATEGORY => {
                format!("{indent}-{topic} {}/{}", long(4).unwrap(), long(5).unwrap())
            }
            TBL_COLLAPSED_CATEGORY => {
                format!("{indent}+{topic} {}/{}", long(4).unwrap(), long(5).unwrap())
            }
            other => panic!("{other}"),
        }
    };
    rows.iter().map(line).collect()
}

fn key_at(view: &CategoryView, position: usize) -> InstanceKey {
    view.rows(position, 1, &[]).unwrap()[0].key
}

#[test]
fn rows_stand_under_headings_with_counts() {
    let levels = [by(&[ascending(TOPIC)])];
    let collapsed = view(&levels, 0);
    assert_eq!(shown(&collapsed), ["+alpha 2/1", "+beta 2/1", "+? 1/1"]);
    let expanded = view(&levels, 1);
    assert_eq!(
        shown(&expanded),
        [
            "-alpha 2/1",
            " 3",
            " 2",
            "-beta 2/1",
            " 1",
            " 5",
            "-? 1/1",
            " 4"
        ]
    );
}

#[test]
fn categories_are_expanded_one_by_one() {
    let view = view(&[by(&[ascending(TOPIC)]), by(&[ascending(IMPORTANCE)])], 0);
    let beta = key_at(&view, 1);
    assert_eq!(
        view.expand(beta).unwrap(),
        Fold {
            heading: 1,
            rows: 2
        }
    );
    assert_eq!(
        shown(&view),
        [
            "+alpha 2/1",
            "-beta 2/1",
            " +beta 1/0",
            " +beta 1/1",
            "+? 1/1"
        ]
    );
    assert_eq!(view.expand(beta).unwrap().rows, 0, "it is already");
    let inner = key_at(&view, 3);
    assert_eq!(
        view.expand(inner).unwrap(),
        Fold {
            heading: 3,
            rows: 1
        }
    );
    assert_eq!(shown(&view)[4], "  5");
    assert_eq!(
        view.collapse(beta).unwrap(),
        Fold {
            heading: 1,
            rows: 3
        }
    );
    assert!(matches!(view.expand(inner), Err(StoreError::NotFound)));
    // What was expanded in it still is.
    assert_eq!(view.expand(beta).unwrap().rows, 3);
    assert!(matches!(
        view.collapse(key_at(&view, 4)),
        Err(StoreError::NotFound)
    ));
}

#[test]
fn groups_can_be_ordered_by_their_rows() {
    let by_time = |greatest, descending| Category {
        keys: vec![SortKey {
            tag: TOPIC,
            descending,
        }],
        extreme: Some(Extreme {
            tag: TIME,
            greatest,
        }),
    };
    let order = |greatest, descending| {
        let lines = shown(&view(&[by_time(greatest, descending)], 0));
        lines.join(" ")
    };
    // Greatest: alpha 40, beta 50, none 30. Least: alpha 20, beta 10, none 30.
    assert_eq!(order(true, true), "+beta 2/1 +alpha 2/1 +? 1/1");
    assert_eq!(order(true, false), "+? 1/1 +alpha 2/1 +beta 2/1");
    assert_eq!(order(false, false), "+beta 2/1 +alpha 2/1 +? 1/1");
    let expanded = shown(&view(&[by_time(true, true)], 1));
    assert_eq!(expanded[..3], ["-beta 2/1", " 1", " 5"]);
}

#[test]
fn combined_columns_make_one_level() {
    let view = view(&[by(&[ascending(TOPIC), ascending(IMPORTANCE)])], 0);
    assert_eq!(
        shown(&view),
        [
            "+alpha 1/0",
            "+alpha 1/1",
            "+beta 1/0",
            "+beta 1/1",
            "+? 1/1"
        ]
    );
}

#[test]
fn headings_and_rows_are_found_both_ways() {
    let view = view(&[by(&[ascending(TOPIC)])], 1);
    let is = |tag: PropTag, value: Value| Restriction::Property {
        relation: crate::store::Relation::Equal,
        tag,
        value,
    };
    let beta = is(TOPIC, Value::Unicode("beta".into()));
    assert_eq!(view.find(&beta, 0, false).unwrap(), Some(3), "the heading");
    assert_eq!(view.find(&beta, 4, false).unwrap(), Some(4));
    assert_eq!(view.find(&beta, 8, true).unwrap(), Some(5));
    assert_eq!(view.find(&beta, 4, true).unwrap(), Some(3));
    assert_eq!(view.find(&beta, 6, false).unwrap(), None);
    let late = is(TIME, Value::SysTime(30));
    assert_eq!(view.find(&late, 0, false).unwrap(), Some(7));
    assert_eq!(view.find(&late, 7, true).unwrap(), None);
    view.collapse(key_at(&view, 6)).unwrap();
    assert_eq!(view.find(&late, 0, false).unwrap(), None, "it is hidden");
}

#[test]
fn a_saved_state_is_taken_over_where_it_belongs() {
    let levels = [by(&[ascending(TOPIC)])];
    let first = view(&levels, 0);
    let beta = key_at(&first, 1);
    first.expand(beta).unwrap();
    let saved = first.state().save(&[7; 16], Some(beta));
    let second = view(&levels, 0);
    let found = second.state().restore(&[7; 16], &saved).unwrap();
    assert_eq!(found, Some(beta));
    assert_eq!(shown(&second), shown(&first));
    assert!(matches!(
        second.state().restore(&[8; 16], &saved),
        Err(StoreError::NotFound)
    ));
    for broken in [&saved[..20], &saved[..saved.len() - 1], &[9; 34]] {
        assert!(second.state().restore(&[7; 16], broken).is_err());
    }
}
