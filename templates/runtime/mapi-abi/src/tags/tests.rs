use super::*;
use std::collections::HashSet;

fn all() -> Vec<(u32, &'static str)> {
    [
        object::NAMES,
        container::NAMES,
        message::NAMES,
        envelope::NAMES,
        attachment::NAMES,
        recipient::NAMES,
        profile::NAMES,
    ]
    .concat()
}

#[test]
fn no_tag_stands_twice() {
    let mut seen = HashSet::new();
    for (tag, name) in all() {
        assert!(seen.insert(tag), "{name}");
    }
}

#[test]
fn every_tag_has_a_known_type_and_an_id_that_is_not_a_name() {
    let types = HashSet::from([
        PT_NULL,
        PT_LONG,
        PT_BOOLEAN,
        PT_OBJECT,
        PT_I8,
        PT_STRING8,
        PT_UNICODE,
        PT_SYSTIME,
        PT_BINARY,
        PT_MV_LONG,
        PT_MV_BINARY,
        PT_MV_UNICODE,
    ]);
    for (tag, name) in all() {
        assert!(types.contains(&prop_type(tag)), "{name}");
        assert!(!is_named_prop(tag), "{name}");
        assert_eq!(prop_tag(prop_type(tag), prop_id(tag)), tag, "{name}");
    }
}

#[test]
fn a_tag_is_taken_apart_and_put_together() {
    assert_eq!(prop_id(PR_SUBJECT), 0x37);
    assert_eq!(prop_type(PR_SUBJECT), PT_UNICODE);
    assert_eq!(change_prop_type(PR_SUBJECT, PT_ERROR), 0x0037_000A);
    assert_eq!(prop_tag(PT_STRING8, 0xFFFE), 0xFFFE_001E);
    assert_eq!(mvi_prop(prop_tag(PT_UNICODE, 0x8001)), 0x8001_301F);
    assert!(is_named_prop(0x8000_0003));
    assert!(!is_named_prop(0xFFFF_0003));
}

#[test]
fn a_tag_has_a_name_whatever_its_type() {
    assert_eq!(tag_name(PR_ATTACH_DATA_OBJ), Some("PR_ATTACH_DATA_OBJ"));
    assert_eq!(tag_name(PR_ATTACH_DATA_BIN), Some("PR_ATTACH_DATA_BIN"));
    assert_eq!(tag_name(0x0037_000A), Some("PR_SUBJECT"));
    assert_eq!(tag_name(0x8001_001F), None);
}
