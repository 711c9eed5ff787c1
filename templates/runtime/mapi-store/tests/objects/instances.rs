//! Tables with a row for each value of a multi-valued property.

use std::time::Duration;

use mapi_abi::*;
use mapi_host::*;

use crate::support::*;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);
/// Any texts.
const COLORS: u32 = 0x6680_101F;
/// The single texts.
const COLOR: u32 = mvi_prop(COLORS);
/// A single text.
const COLOR_CELL: u32 = 0x6680_001F;
/// Any numbers.
const NUMBERS: u32 = 0x6681_1003;
/// The single numbers.
const NUMBER: u32 = mvi_prop(NUMBERS);
/// A single number.
const NUMBER_CELL: u32 = 0x6681_0003;

fn texts(values: &[&str]) -> Value {
    Value::Unicodes(values.iter().map(|&value| value.to_owned()).collect())
}

/// A message with a subject and colors, if there are any.
fn colored(folder: &Folder, subject: &str, colors: &[&str]) -> Message {
    let mut props = vec![Prop::new(PR_SUBJECT, subject)];
    if !colors.is_empty() {
        props.push(Prop::new(COLORS, texts(colors)));
    }
    folder.add_message(&props).unwrap()
}

/// Four messages, the third without colors, and the table of them.
fn fixture(session: &Session) -> (Folder, Table) {
    let folder = session.subtree().unwrap().create_folder("Colors").unwrap();
    colored(&folder, "one", &["red", "green"]);
    colored(&folder, "two", &["blue"]);
    colored(&folder, "three", &[]);
    colored(&folder, "four", &["green", "blue", "red"]);
    let table = folder.contents().unwrap();
    (folder, table)
}

fn is(tag: u32, value: &str) -> Restriction {
    Restriction::Property {
        relation: RELOP_EQ,
        tag,
        prop: Prop::new(COLOR_CELL, value),
    }
}

/// Subject and color of each row.
fn shown(rows: &[Row]) -> Vec<(&str, &str)> {
    rows.iter()
        .map(|row| {
            (
                row.text(PR_SUBJECT).unwrap(),
                row.text(COLOR_CELL).unwrap_or("-"),
            )
        })
        .collect()
}

const EXPANDED: [(&str, &str); 7] = [
    ("one", "red"),
    ("one", "green"),
    ("two", "blue"),
    ("three", "-"),
    ("four", "green"),
    ("four", "blue"),
    ("four", "red"),
];

#[test]
fn a_column_of_single_values_multiplies_rows() {
    let bench = Bench::new();
    let session = bench.logon();
    let (_folder, table) = fixture(&session);
    assert_eq!(table.row_count().unwrap(), 4);
    let columns = [COLOR, PR_INSTANCE_KEY, PR_SUBJECT, COLORS, PR_ENTRYID];
    let rows = table.rows(&columns).unwrap();
    assert_eq!(table.columns(false).unwrap(), columns);
    assert_eq!(shown(&rows), EXPANDED);
    assert_eq!(table.row_count().unwrap(), 7);
    assert_eq!(table.position().unwrap().denominator, 7);

    // The cell has the type of the single value; without one it is an error like any other.
    assert_eq!(rows[0][0].tag, COLOR_CELL);
    assert_eq!(rows[3][0].tag, change_prop_type(COLOR_CELL, PT_ERROR));
    assert_eq!(rows[3].error(COLOR_CELL), Some(MAPI_E_NOT_FOUND));
    // The other columns are those of the message.
    assert_eq!(rows[1][3], Prop::new(COLORS, texts(&["red", "green"])));
    assert_eq!(rows[0].value(PR_ENTRYID), rows[1].value(PR_ENTRYID));
    let mut keys: Vec<_> = rows
        .iter()
        .map(|row| row.binary(PR_INSTANCE_KEY).unwrap().to_vec())
        .collect();
    assert!(keys.iter().all(|key| key.len() == 16));
    for (row, key) in rows.iter().zip(&keys) {
        table
            .find(
                &Restriction::equals(PR_INSTANCE_KEY, key),
                BOOKMARK_BEGINNING,
                0,
            )
            .unwrap();
        assert_eq!(table.query_rows(1, 0).unwrap(), std::slice::from_ref(row));
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 7, "each row has a key of its own");

    // Pages are the same rows.
    table.seek(BOOKMARK_BEGINNING, 0).unwrap();
    let mut pages = Vec::new();
    loop {
        let page = table.query_rows(2, 0).unwrap();
        if page.is_empty() {
            break;
        }
        pages.extend(page);
    }
    assert_eq!(pages, rows);

    // Narrow texts are single values, too; without such a column the rows are as they were.
    let narrow = table.rows(&[change_prop_type(COLOR, MVI_FLAG | PT_STRING8)]);
    assert_eq!(narrow.unwrap()[0][0].value, Value::String8(b"red".to_vec()));
    assert_eq!(table.rows(&[PR_SUBJECT, COLORS]).unwrap().len(), 4);
    drop(table);
    drop(_folder);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn two_columns_multiply_each_other() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap().create_folder("Both").unwrap();
    folder
        .add_message(&[
            Prop::new(COLORS, texts(&["red", "red"])),
            Prop::new(NUMBERS, Value::Longs(vec![3, 1, 2])),
        ])
        .unwrap();
    folder
        .add_message(&[Prop::new(NUMBERS, Value::Longs(vec![4]))])
        .unwrap();
    let table = folder.contents().unwrap();
    let rows = table.rows(&[COLOR, NUMBER, PR_INSTANCE_KEY]).unwrap();
    let numbers: Vec<_> = rows
        .iter()
        .map(|row| (row.text(COLOR_CELL), row.long(NUMBER_CELL).unwrap()))
        .collect();
    let red = Some("red");
    let expected = [
        (red, 3),
        (red, 1),
        (red, 2),
        (red, 3),
        (red, 1),
        (red, 2),
        (None, 4),
    ];
    assert_eq!(numbers, expected);
    let mut keys: Vec<_> = rows
        .iter()
        .map(|row| row.binary(PR_INSTANCE_KEY).unwrap())
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 7, "even where the values are alike");
    // A mask is about the single number as well.
    table
        .restrict(Some(&Restriction::Bits {
            relation: BMR_NEZ,
            tag: NUMBER,
            mask: 1,
        }))
        .unwrap();
    assert_eq!(table.row_count().unwrap(), 4);
}

#[test]
fn a_sort_key_of_single_values_multiplies_rows_as_well() {
    let bench = Bench::new();
    let session = bench.logon();
    let (_folder, table) = fixture(&session);
    table.set_columns(&[PR_SUBJECT]).unwrap();
    let order = SortOrder::ascending(&[COLOR, PR_SUBJECT]);
    table.sort(&order).unwrap();
    assert_eq!(table.sort_order().unwrap(), order);
    assert_eq!(table.row_count().unwrap(), 7);
    let rows = table.rows(&[PR_SUBJECT, COLOR]).unwrap();
    let sorted = [
        ("four", "blue"),
        ("two", "blue"),
        ("four", "green"),
        ("one", "green"),
        ("four", "red"),
        ("one", "red"),
        ("three", "-"),
    ];
    assert_eq!(shown(&rows), sorted);
    table.sort(&SortOrder::descending(&[COLOR])).unwrap();
    let rows = table.all_rows().unwrap();
    assert_eq!(rows[0].text(COLOR_CELL), Some("red"));
    assert_eq!(shown(&rows)[6], ("three", "-"), "missing values are last");
    // Sorted by something else, the rows of a message stay in the order of its values.
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    let rows = table.all_rows().unwrap();
    assert_eq!(
        shown(&rows)[..3],
        [("four", "green"), ("four", "blue"), ("four", "red")]
    );
    table.set_columns(&[PR_SUBJECT]).unwrap();
    assert_eq!(table.row_count().unwrap(), 4);
}

#[test]
fn restrictions_on_single_values_add_no_rows() {
    let bench = Bench::new();
    let session = bench.logon();
    let (_folder, table) = fixture(&session);
    let subjects = |restriction: &Restriction| {
        table.restrict(Some(restriction)).unwrap();
        let rows = table.rows(&[PR_SUBJECT]).unwrap();
        rows.iter()
            .map(|row| row.text(PR_SUBJECT).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    // Without such a column, a row is there if any of its values meets the condition.
    for tag in [COLOR, COLORS] {
        assert_eq!(subjects(&is(tag, "red")), ["one", "four"]);
    }
    assert_eq!(subjects(&is(COLOR, "red").not()), ["two", "three"]);
    assert_eq!(subjects(&Restriction::Exist(COLOR)), ["one", "two", "four"]);
    let longer = Restriction::Size {
        relation: RELOP_GT,
        tag: COLOR,
        size: 8,
    };
    assert_eq!(subjects(&longer), ["one", "four"], "green has ten bytes");
    let mistyped = Restriction::Property {
        relation: RELOP_EQ,
        tag: COLOR,
        prop: Prop::new(COLORS, texts(&["red"])),
    };
    assert_eq!(refused(table.restrict(Some(&mistyped))), MAPI_E_TOO_COMPLEX);

    // With it, the condition is about the value that the row shows.
    let rows = |restriction: &Restriction| {
        table.restrict(Some(restriction)).unwrap();
        table.rows(&[PR_SUBJECT, COLOR]).unwrap()
    };
    assert_eq!(
        shown(&rows(&is(COLOR, "red"))),
        [("one", "red"), ("four", "red")]
    );
    assert_eq!(
        shown(&rows(&is(COLOR, "red").not())),
        [
            ("one", "green"),
            ("two", "blue"),
            ("three", "-"),
            ("four", "green"),
            ("four", "blue")
        ]
    );
    // The whole property is still the whole property, and conditions may be mixed.
    assert_eq!(rows(&is(COLORS, "blue")).len(), 4);
    let mixed = Restriction::And(vec![
        Restriction::equals(PR_SUBJECT, "four"),
        Restriction::Or(vec![is(COLOR, "blue"), is(COLOR, "red")]),
    ]);
    assert_eq!(shown(&rows(&mixed)), [("four", "blue"), ("four", "red")]);
    table.restrict(None).unwrap();
    assert_eq!(shown(&table.all_rows().unwrap()), EXPANDED);
}

#[test]
fn cursor_bookmarks_and_searches_are_about_rows() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, table) = fixture(&session);
    let plain = table.create_bookmark().unwrap();
    table.set_columns(&[PR_SUBJECT, COLOR]).unwrap();
    assert_eq!(refused(table.seek(plain, 0)), MAPI_E_INVALID_BOOKMARK);
    assert_eq!(table.position().unwrap().row, 0);

    table
        .find(&is(COLOR, "blue"), BOOKMARK_BEGINNING, 0)
        .unwrap();
    assert_eq!(table.position().unwrap().row, 2);
    table
        .find(&is(COLOR, "blue"), BOOKMARK_END, DIR_BACKWARD)
        .unwrap();
    assert_eq!(table.position().unwrap().row, 5);
    let bookmark = table.create_bookmark().unwrap();
    table
        .find(
            &Restriction::equals(PR_SUBJECT, "one"),
            BOOKMARK_CURRENT,
            DIR_BACKWARD,
        )
        .unwrap();
    assert_eq!(table.position().unwrap().row, 1);
    assert_eq!(
        refused(table.find(&is(COLOR, "pink"), BOOKMARK_BEGINNING, 0)),
        MAPI_E_NOT_FOUND
    );
    assert_eq!(table.position().unwrap().row, 1);
    // Other columns in another order add no rows, so the places stay.
    table.set_columns(&[COLOR, PR_SUBJECT]).unwrap();
    assert_eq!(table.position().unwrap().row, 1);

    // A value that goes takes its row along, and no other.
    let id = session.find_message(&folder, "one").unwrap().unwrap();
    let message = session.open_message(&id).unwrap();
    message
        .set(&[Prop::new(COLORS, texts(&["green"]))])
        .unwrap();
    message.save(0).unwrap();
    assert_eq!(table.row_count().unwrap(), 6);
    let rows = table.query_rows(1, TBL_NOADVANCE).unwrap();
    assert_eq!(shown(&rows), [("one", "green")]);
    table.seek(bookmark, 0).unwrap();
    let rows = table.query_rows(1, 0).unwrap();
    assert_eq!(shown(&rows), [("four", "blue")]);
    colored(&folder, "five", &["white", "black"]);
    assert_eq!(table.row_count().unwrap(), 8);
    assert_eq!(table.seek(BOOKMARK_END, -99).unwrap(), -8);
}

#[test]
fn watchers_hear_of_each_value() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, table) = fixture(&session);
    table.set_columns(&[PR_SUBJECT, COLOR]).unwrap();
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    let five = colored(&folder, "five", &["red", "white"]);
    let heard = || {
        bench.host.settle(PATIENCE);
        let events = recorder.events();
        recorder.clear();
        let mut heard: Vec<(u32, Option<String>)> = events
            .into_iter()
            .map(|event| match event {
                Event::Table { event, row, .. } => (event, row.text(COLOR_CELL).map(str::to_owned)),
                other => panic!("{other:?}"),
            })
            .collect();
        heard.sort();
        heard
    };
    let some = |color: &str| Some(color.to_owned());
    assert_eq!(
        heard(),
        [
            (TABLE_ROW_ADDED, some("red")),
            (TABLE_ROW_ADDED, some("white"))
        ]
    );
    assert_eq!(table.row_count().unwrap(), 9);
    five.set(&[Prop::new(COLORS, texts(&["white", "black"]))])
        .unwrap();
    five.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(
        heard(),
        [
            (TABLE_ROW_ADDED, some("black")),
            (TABLE_ROW_DELETED, None),
            (TABLE_ROW_MODIFIED, some("white"))
        ]
    );
    table.restrict(Some(&is(COLOR, "black"))).unwrap();
    five.set(&[Prop::new(COLORS, texts(&["white"]))]).unwrap();
    five.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(heard(), [(TABLE_ROW_DELETED, None)]);
}

#[test]
fn every_kind_of_table_can_be_multiplied() {
    let bench = Bench::new();
    let session = bench.logon();
    let parent = session.subtree().unwrap().create_folder("Parent").unwrap();
    let child = parent.create_folder("child").unwrap();
    child.set(&[Prop::new(COLORS, texts(&["a", "b"]))]).unwrap();
    parent.create_folder("other").unwrap();
    let table = parent.hierarchy().unwrap();
    let rows = table.rows(&[PR_DISPLAY_NAME, COLOR]).unwrap();
    let names: Vec<_> = rows
        .iter()
        .map(|row| (row.text(PR_DISPLAY_NAME).unwrap(), row.text(COLOR_CELL)))
        .collect();
    assert_eq!(
        names,
        [("child", Some("a")), ("child", Some("b")), ("other", None)]
    );
    child
        .set(&[Prop::new(COLORS, texts(&["a", "b", "c"]))])
        .unwrap();
    assert_eq!(table.row_count().unwrap(), 4);

    let message = child.create_message().unwrap();
    let mut recipient = recipient(MAPI_TO, "Ann", "ann@example.com");
    recipient.push(Prop::new(NUMBERS, Value::Longs(vec![1, 2])));
    message
        .modify_recipients(MODRECIP_ADD, &[recipient])
        .unwrap();
    let table = message.recipient_table().unwrap();
    assert_eq!(table.rows(&[PR_DISPLAY_NAME, NUMBER]).unwrap().len(), 2);
    message
        .add_recipient(MAPI_TO, "Bob", "bob@example.com")
        .unwrap();
    assert_eq!(table.row_count().unwrap(), 3);
}

#[test]
fn a_single_valued_property_and_odd_types_multiply_nothing() {
    let bench = Bench::new();
    let session = bench.logon();
    let (_folder, table) = fixture(&session);
    let rows = table.rows(&[PR_SUBJECT, mvi_prop(PR_SUBJECT)]).unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0][0].value, Value::from("one"));
    assert_eq!(rows[0][1].tag, change_prop_type(PR_SUBJECT, PT_ERROR));
    let untyped = change_prop_type(COLORS, MVI_FLAG);
    assert_eq!(
        refused(table.set_columns(&[untyped])),
        MAPI_E_INVALID_PARAMETER
    );
    for kind in [PT_UNSPECIFIED, PT_OBJECT, PT_NULL] {
        let order = SortOrder::ascending(&[change_prop_type(COLORS, MVI_FLAG | kind)]);
        assert_eq!(refused(table.sort(&order)), MAPI_E_TOO_COMPLEX);
    }
    assert_eq!(table.row_count().unwrap(), 4);
}
