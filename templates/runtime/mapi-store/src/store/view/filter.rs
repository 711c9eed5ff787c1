//! Restrictions as SQL, as far as columns of the message table can answer them.

use mapi_abi::{
    MSGFLAG_HASATTACH, MSGFLAG_READ, PR_HASATTACH, PR_MESSAGE_FLAGS, PR_MESSAGE_SIZE,
    PR_MSG_STATUS, PR_READ,
};
use rusqlite::types::Value as Sql;

use crate::store::hot;
use crate::store::restriction::{FuzzyLevel, Relation, Restriction};
use crate::store::text::sort_form;
use crate::store::value::{PropTag, Value, property_type as code};

/// Characters beyond which a text is not looked for in a sort key: keys are cut.
const SAFE_LENGTH: usize = 200;

/// Conditions beyond which SQL is not worth its parsing.
const MAXIMUM_CONDITIONS: usize = 64;

/// A condition and the values of its places.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    pub sql: String,
    pub values: Vec<Sql>,
}

impl Condition {
    fn new(sql: impl Into<String>, values: impl IntoIterator<Item = Sql>) -> Self {
        Self {
            sql: sql.into(),
            values: values.into_iter().collect(),
        }
    }

    fn join(conditions: Vec<Self>, operator: &str) -> Option<Self> {
        let values = conditions
            .iter()
            .flat_map(|condition| condition.values.clone())
            .collect();
        let texts: Vec<_> = conditions
            .into_iter()
            .map(|condition| condition.sql)
            .collect();
        if texts.is_empty() {
            None
        } else {
            Some(Self {
                sql: format!("({})", texts.join(operator)),
                values,
            })
        }
    }
}

/// What SQL can say of a restriction.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    /// A condition that every matching message `m` meets.
    pub condition: Option<Condition>,
    /// Whether every message that meets the condition matches.
    pub exact: bool,
    /// Whether an index finds the few messages that meet the condition.
    pub selective: bool,
}

const NOTHING: Filter = Filter {
    condition: None,
    exact: false,
    selective: false,
};

/// What is true of every message.
pub(super) const EVERYTHING: Filter = Filter {
    condition: None,
    exact: true,
    selective: false,
};

/// The restriction as SQL.
pub(super) fn compile(restriction: &Restriction) -> Filter {
    let mut budget = MAXIMUM_CONDITIONS;
    let filter = compile_part(restriction, &mut budget);
    if budget == 0 { NOTHING } else { filter }
}

fn compile_part(restriction: &Restriction, budget: &mut usize) -> Filter {
    *budget = budget.saturating_sub(1);
    if *budget == 0 {
        return NOTHING;
    }
    match restriction {
        Restriction::And(list) => {
            let parts: Vec<_> = list.iter().map(|part| compile_part(part, budget)).collect();
            let exact = parts.iter().all(|part| part.exact);
            let selective = parts.iter().any(|part| part.selective);
            let conditions = parts
                .into_iter()
                .filter_map(|part| part.condition)
                .collect();
            Filter {
                condition: Condition::join(conditions, " AND "),
                exact,
                selective,
            }
        }
        Restriction::Or(list) => {
            let parts: Vec<_> = list.iter().map(|part| compile_part(part, budget)).collect();
            let exact = parts.iter().all(|part| part.exact);
            let selective = parts.iter().all(|part| part.selective);
            if parts.is_empty() {
                return exactly(Condition::new("FALSE", []));
            }
            // A part without a condition may be true of any message.
            match parts
                .into_iter()
                .map(|part| part.condition)
                .collect::<Option<Vec<_>>>()
            {
                Some(conditions) => Filter {
                    condition: Condition::join(conditions, " OR "),
                    exact,
                    selective,
                },
                None => Filter { exact, ..NOTHING },
            }
        }
        Restriction::Not(inner) => match compile_part(inner, budget) {
            // What is NULL for a missing value is not true, so its opposite is.
            Filter {
                condition: Some(Condition { sql, values }),
                exact: true,
                ..
            } => exactly(Condition {
                sql: format!("NOT ifnull({sql}, FALSE)"),
                values,
            }),
            Filter {
                condition: None,
                exact: true,
                ..
            } => exactly(Condition::new("FALSE", [])),
            _ => NOTHING,
        },
        Restriction::Comment {
            restriction: None, ..
        } => EVERYTHING,
        Restriction::Comment {
            restriction: Some(inner),
            ..
        } => compile_part(inner, budget),
        Restriction::Property {
            relation,
            tag,
            value,
        } => property(*relation, *tag, value),
        Restriction::BitMask { tag, mask, zero } => match number_column(*tag) {
            Some(column) => {
                let operator = if *zero { "=" } else { "<>" };
                exactly(Condition::new(
                    format!("(m.{column} & ?) {operator} 0"),
                    [Sql::Integer(i64::from(*mask))],
                ))
            }
            None => NOTHING,
        },
        Restriction::Exist(tag) => match (number_column(*tag), hot::find(tag.id())) {
            (Some(column), _) => exactly(Condition::new(format!("m.{column} IS NOT NULL"), [])),
            (None, Some(hot)) if hot.tag == *tag => {
                exactly(Condition::new(format!("m.{} IS NOT NULL", hot.column), []))
            }
            _ => NOTHING,
        },
        Restriction::Content {
            fuzzy,
            tag,
            value: Value::Unicode(wanted),
        } => match key_column(*tag) {
            Some(column) if is_safe(wanted) => content(fuzzy.level, column, wanted),
            _ => NOTHING,
        },
        _ => NOTHING,
    }
}

fn property(relation: Relation, tag: PropTag, value: &Value) -> Filter {
    let operator = match relation {
        Relation::Less => "<",
        Relation::LessOrEqual => "<=",
        Relation::Greater => ">",
        Relation::GreaterOrEqual => ">=",
        Relation::Equal => "=",
        Relation::NotEqual => "<>",
    };
    match value {
        Value::Long(number) => match number_column(tag) {
            Some(column) => exactly(Condition::new(
                format!("m.{column} {operator} ?"),
                [Sql::Integer(i64::from(*number))],
            )),
            None => NOTHING,
        },
        Value::SysTime(time) => match (hot::find(tag.id()), i64::try_from(*time)) {
            (Some(hot), Ok(time)) if hot.tag == tag => exactly(Condition::new(
                format!("m.{} {operator} ?", hot.column),
                [Sql::Integer(time)],
            )),
            _ => NOTHING,
        },
        Value::Boolean(yes) => {
            let flag = [(PR_HASATTACH, MSGFLAG_HASATTACH), (PR_READ, MSGFLAG_READ)];
            match (
                flag.into_iter().find(|(flag, _)| PropTag(*flag) == tag),
                relation,
            ) {
                (Some((_, bit)), Relation::Equal | Relation::NotEqual) => {
                    let wanted = *yes == (relation == Relation::Equal);
                    let operator = if wanted { "<>" } else { "=" };
                    exactly(Condition::new(
                        format!("(m.flags & {bit}) {operator} 0"),
                        [],
                    ))
                }
                _ => NOTHING,
            }
        }
        // Texts that are equal but for case have one sort key; so have some others.
        Value::Unicode(wanted) if relation == Relation::Equal && is_safe(wanted) => {
            match key_column(tag) {
                Some(column) => content(FuzzyLevel::FullString, column, wanted),
                None => NOTHING,
            }
        }
        _ => NOTHING,
    }
}

/// A condition on the sort key that texts must meet to match.
fn content(level: FuzzyLevel, column: &str, wanted: &str) -> Filter {
    let form = sort_form(wanted);
    if form.is_empty() {
        return NOTHING;
    }
    let condition = match level {
        FuzzyLevel::FullString => Condition::new(format!("m.{column} = ?"), [Sql::Text(form)]),
        FuzzyLevel::Prefix => {
            let end = format!("{form}\u{10FFFF}");
            Condition::new(
                format!("m.{column} >= ? AND m.{column} <= ?"),
                [Sql::Text(form), Sql::Text(end)],
            )
        }
        FuzzyLevel::SubString => Condition::new(
            format!("(instr(m.{column}, ?) > 0 OR length(m.{column}) >= {SAFE_LENGTH})"),
            [Sql::Text(form)],
        ),
    };
    Filter {
        condition: Some(condition),
        exact: false,
        selective: level != FuzzyLevel::SubString,
    }
}

fn exactly(condition: Condition) -> Filter {
    Filter {
        condition: Some(condition),
        exact: true,
        selective: false,
    }
}

/// The column of a `PT_LONG` property.
fn number_column(tag: PropTag) -> Option<&'static str> {
    if tag.property_type() != code::LONG {
        return None;
    }
    let others = [
        (PR_MESSAGE_FLAGS, "flags"),
        (PR_MSG_STATUS, "status"),
        (PR_MESSAGE_SIZE, "size"),
    ];
    let other = others
        .into_iter()
        .find(|(other, _)| PropTag(*other) == tag)
        .map(|(_, column)| column);
    other.or_else(|| {
        hot::find(tag.id())
            .filter(|hot| hot.tag == tag)
            .map(|hot| hot.column)
    })
}

/// The column with the sort key of a text.
fn key_column(tag: PropTag) -> Option<&'static str> {
    hot::find(tag.id())
        .filter(|hot| hot.tag == tag && tag.property_type() == code::UNICODE)?
        .order
}

fn is_safe(wanted: &str) -> bool {
    wanted.chars().count() < SAFE_LENGTH
}

#[cfg(test)]
mod tests {
    use mapi_abi::{PR_BODY, PR_IMPORTANCE, PR_SUBJECT};

    use super::*;
    use crate::store::restriction::Fuzzy;

    fn unread() -> Restriction {
        Restriction::BitMask {
            tag: PropTag(PR_MESSAGE_FLAGS),
            mask: MSGFLAG_READ,
            zero: true,
        }
    }

    fn contains(tag: u32, text: &str) -> Restriction {
        Restriction::Content {
            fuzzy: Fuzzy {
                level: FuzzyLevel::SubString,
                ignore_case: true,
                ignore_non_space: false,
                loose: false,
            },
            tag: PropTag(tag),
            value: Value::Unicode(text.into()),
        }
    }

    fn sql(restriction: &Restriction) -> (Option<String>, bool) {
        let filter = compile(restriction);
        (
            filter.condition.map(|condition| condition.sql),
            filter.exact,
        )
    }

    #[test]
    fn columns_answer_exactly_and_sort_keys_roughly() {
        assert_eq!(sql(&unread()), (Some("(m.flags & ?) = 0".into()), true));
        let (condition, exact) = sql(&contains(PR_SUBJECT, "x"));
        assert!(condition.is_some() && !exact);
        assert_eq!(sql(&contains(PR_BODY, "x")), (None, false));
    }

    #[test]
    fn parts_that_sql_cannot_say_are_left_to_the_caller() {
        let both = Restriction::And(vec![unread(), contains(PR_BODY, "x")]);
        assert_eq!(sql(&both), (Some("((m.flags & ?) = 0)".into()), false));
        let either = Restriction::Or(vec![unread(), contains(PR_BODY, "x")]);
        assert_eq!(sql(&either), (None, false));
        let not = Restriction::Not(Box::new(contains(PR_SUBJECT, "x")));
        assert_eq!(sql(&not), (None, false));
        let not = Restriction::Not(Box::new(Restriction::Exist(PropTag(PR_IMPORTANCE))));
        assert_eq!(
            sql(&not),
            (
                Some("NOT ifnull(m.importance IS NOT NULL, FALSE)".into()),
                true
            )
        );
        assert_eq!(
            sql(&Restriction::Or(Vec::new())),
            (Some("FALSE".into()), true)
        );
        assert_eq!(sql(&Restriction::And(Vec::new())), (None, true));
        assert_eq!(sql(&Restriction::Or(vec![unread(); 200])), (None, false));
    }
}
