//! Restrictions as SQL, as far as columns of the message table can answer them.
//!
//! Texts are judged by their sort keys, which indexes have, so that a million subjects are searched without touching
//! their messages. A key without [`DOUBT`] is the text but for case: what SQL says of it is certain. Only rows in doubt
//! are read and judged by [`matches`](crate::store::evaluate::matches).

use mapi_abi::{
    MSGFLAG_HASATTACH, MSGFLAG_READ, PR_HASATTACH, PR_MESSAGE_FLAGS, PR_MESSAGE_SIZE,
    PR_MSG_STATUS, PR_READ,
};
use rusqlite::types::Value as Sql;

use crate::store::hot;
use crate::store::restriction::{FuzzyLevel, Relation, Restriction};
use crate::store::text::{CUT, DOUBT, lower, sort_form};
use crate::store::value::{PropTag, Value, property_type as code};

/// Characters beyond which a text is not looked for in a sort key: keys are cut.
const SAFE_LENGTH: usize = 200;

/// What the index on unread messages says of them.
const UNREAD: &str = "(m.flags & 1) = 0";

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
    /// Which of the messages that meet the condition match.
    pub certainty: Certainty,
    /// Whether an index finds the few messages that meet the condition.
    pub selective: bool,
}

/// Which of the messages that meet a filter's condition match.
#[derive(Clone, Debug)]
pub(super) enum Certainty {
    /// All.
    Always,
    /// Those that meet this one too; the others are in doubt.
    If(Condition),
    /// All are in doubt.
    Never,
}

impl Filter {
    /// Whether every message that meets the condition matches.
    pub fn is_exact(&self) -> bool {
        matches!(self.certainty, Certainty::Always)
    }

    /// Whether it is all unread messages that match.
    pub fn is_unread(&self) -> bool {
        let condition = self.condition.as_ref();
        self.is_exact() && condition.is_some_and(|condition| condition.sql == UNREAD)
    }

    /// The condition under which a match is certain, where it is not so anyway.
    pub fn certain_if(&self) -> Option<&Condition> {
        match &self.certainty {
            Certainty::If(condition) => Some(condition),
            _ => None,
        }
    }
}

const NOTHING: Filter = Filter {
    condition: None,
    certainty: Certainty::Never,
    selective: false,
};

/// What is true of every message.
pub(super) const EVERYTHING: Filter = Filter {
    condition: None,
    certainty: Certainty::Always,
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
            let certainty = all_certain(&parts);
            let selective = parts.iter().any(|part| part.selective);
            let conditions = parts
                .into_iter()
                .filter_map(|part| part.condition)
                .collect();
            Filter {
                condition: Condition::join(conditions, " AND "),
                certainty,
                selective,
            }
        }
        Restriction::Or(list) => {
            let parts: Vec<_> = list.iter().map(|part| compile_part(part, budget)).collect();
            let certainty = one_certain(&parts);
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
                    certainty,
                    selective,
                },
                None => Filter {
                    certainty,
                    ..NOTHING
                },
            }
        }
        Restriction::Not(inner) => match compile_part(inner, budget) {
            // What is NULL for a missing value is not true, so its opposite is.
            Filter {
                condition: Some(Condition { sql, values }),
                certainty: Certainty::Always,
                ..
            } => exactly(Condition {
                sql: format!("NOT ifnull({sql}, FALSE)"),
                values,
            }),
            Filter {
                condition: None,
                certainty: Certainty::Always,
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
        // In the words of the index on unread messages.
        Restriction::BitMask {
            tag: PropTag(PR_MESSAGE_FLAGS),
            mask: MSGFLAG_READ,
            zero: true,
        } => exactly(Condition::new(UNREAD, [])),
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
            Some(column) if is_safe(wanted) => content(
                fuzzy.level,
                fuzzy.ignore_case || fuzzy.loose,
                column,
                wanted,
            ),
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
                    if bit == MSGFLAG_READ && !wanted {
                        return exactly(Condition::new(UNREAD, []));
                    }
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
                Some(column) => content(FuzzyLevel::FullString, true, column, wanted),
                None => NOTHING,
            }
        }
        _ => NOTHING,
    }
}

/// A condition on the sort key that texts must meet to match; `any_case` if case does not count.
fn content(level: FuzzyLevel, any_case: bool, column: &str, wanted: &str) -> Filter {
    let form = sort_form(wanted);
    if form.is_empty() {
        return NOTHING;
    }
    // Accents that the form lost count.
    let tells_all = any_case && form == lower(wanted) && !form.contains(DOUBT);
    let doubtless = format!("instr(m.{column}, char({})) = 0", u32::from(DOUBT));
    let (condition, certain) = match level {
        FuzzyLevel::FullString => {
            let end = format!("{form}\u{2}");
            (
                Condition::new(
                    format!("(m.{column} >= ? AND m.{column} < ?)"),
                    [Sql::Text(form.clone()), Sql::Text(end)],
                ),
                Condition::new(format!("m.{column} = ?"), [Sql::Text(form)]),
            )
        }
        FuzzyLevel::Prefix => {
            let end = format!("{form}\u{10FFFF}");
            (
                Condition::new(
                    format!("(m.{column} >= ? AND m.{column} <= ?)"),
                    [Sql::Text(form), Sql::Text(end)],
                ),
                Condition::new(doubtless, []),
            )
        }
        // What was cut off may have it.
        FuzzyLevel::SubString => (
            Condition::new(
                format!("(instr(m.{column}, ?) > 0 OR octet_length(m.{column}) >= {CUT})"),
                [Sql::Text(form.clone())],
            ),
            Condition::new(
                format!("(instr(m.{column}, ?) > 0 AND {doubtless})"),
                [Sql::Text(form)],
            ),
        ),
    };
    Filter {
        condition: Some(condition),
        certainty: if tells_all {
            Certainty::If(certain)
        } else {
            Certainty::Never
        },
        selective: level != FuzzyLevel::SubString,
    }
}

/// When all parts are certain to match.
fn all_certain(parts: &[Filter]) -> Certainty {
    if parts.iter().all(Filter::is_exact) {
        return Certainty::Always;
    }
    let mut conditions = Vec::with_capacity(parts.len());
    for part in parts {
        match &part.certainty {
            Certainty::Always => conditions.extend(part.condition.clone()),
            Certainty::If(condition) => {
                // Certain of what meets its condition only.
                conditions.extend(part.condition.clone());
                conditions.push(condition.clone());
            }
            Certainty::Never => return Certainty::Never,
        }
    }
    Condition::join(conditions, " AND ").map_or(Certainty::Never, Certainty::If)
}

/// When one of the parts is certain to match.
fn one_certain(parts: &[Filter]) -> Certainty {
    if parts.iter().all(Filter::is_exact) {
        return Certainty::Always;
    }
    let certain: Vec<_> = parts
        .iter()
        .filter(|part| !matches!(part.certainty, Certainty::Never))
        .filter_map(|part| match all_certain(std::slice::from_ref(part)) {
            Certainty::If(condition) => Some(condition),
            _ => part.condition.clone(),
        })
        .collect();
    Condition::join(certain, " OR ").map_or(Certainty::Never, Certainty::If)
}

fn exactly(condition: Condition) -> Filter {
    Filter {
        condition: Some(condition),
        certainty: Certainty::Always,
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
        let is_exact = filter.is_exact();
        (filter.condition.map(|condition| condition.sql), is_exact)
    }

    #[test]
    fn columns_answer_exactly_and_sort_keys_roughly() {
        assert_eq!(sql(&unread()), (Some("(m.flags & 1) = 0".into()), true));
        let (condition, exact) = sql(&contains(PR_SUBJECT, "x"));
        assert!(condition.is_some() && !exact);
        let filter = compile(&contains(PR_SUBJECT, "x"));
        assert!(filter.certain_if().is_some());
        // The key has lost the accent.
        let filter = compile(&contains(PR_SUBJECT, "é"));
        assert!(filter.condition.is_some() && matches!(filter.certainty, Certainty::Never));
        let both = Restriction::And(vec![unread(), contains(PR_SUBJECT, "x")]);
        assert!(compile(&both).certain_if().is_some());
        let doubtful = Restriction::And(vec![contains(PR_BODY, "y"), contains(PR_SUBJECT, "x")]);
        assert!(matches!(compile(&doubtful).certainty, Certainty::Never));
        assert_eq!(sql(&contains(PR_BODY, "x")), (None, false));
    }

    #[test]
    fn parts_that_sql_cannot_say_are_left_to_the_caller() {
        let both = Restriction::And(vec![unread(), contains(PR_BODY, "x")]);
        assert_eq!(sql(&both), (Some("((m.flags & 1) = 0)".into()), false));
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
