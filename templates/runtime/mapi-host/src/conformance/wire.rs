//! What a check found, as one line of text: the way from a worker process to the one that reports.

use crate::conformance::{Observation, Outcome};
use std::fmt::Write;

/// What a check found, with its own question answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    pub(crate) observation: Option<Observation>,
}

/// One line, without its end.
pub(crate) fn encode(answer: &Answer) -> String {
    let mut fields: Vec<(char, &str)> = Vec::new();
    match &answer.outcome {
        Outcome::Passed => fields.push(('p', "")),
        Outcome::Failed {
            called,
            expected,
            came,
        } => fields.extend([('c', called.as_str()), ('e', expected), ('f', came)]),
        Outcome::NotApplicable { because } => fields.push(('n', because)),
    }
    if let Some(observation) = &answer.observation {
        fields.push(('o', ""));
        fields.extend(
            observation
                .violations
                .iter()
                .map(|text| ('v', text.as_str())),
        );
        fields.extend(observation.leaks.iter().map(|text| ('l', text.as_str())));
    }
    let mut line = String::new();
    for (kind, text) in fields {
        line.push(kind);
        escape(text, &mut line);
        line.push('\t');
    }
    line.push('.');
    line
}

/// The answer in a line about a check; `None` if the line is damaged.
pub(crate) fn decode(check: &'static str, line: &str) -> Option<Answer> {
    let (mut called, mut expected) = (None, None);
    let mut outcome = None;
    let mut observation: Option<Observation> = None;
    for field in line.strip_suffix("\t.")?.split('\t') {
        let mut letters = field.chars();
        let kind = letters.next()?;
        let text = unescape(letters.as_str())?;
        match kind {
            'p' => outcome = Some(Outcome::Passed),
            'n' => outcome = Some(Outcome::NotApplicable { because: text }),
            'c' => called = Some(text),
            'e' => expected = Some(text),
            'f' => {
                outcome = Some(Outcome::Failed {
                    called: called.take()?,
                    expected: expected.take()?,
                    came: text,
                });
            }
            'o' => observation = Some(Observation::of(check)),
            'v' => observation.as_mut()?.violations.push(text),
            'l' => observation.as_mut()?.leaks.push(text),
            _ => return None,
        }
    }
    Some(Answer {
        outcome: outcome?,
        observation,
    })
}

fn escape(text: &str, line: &mut String) {
    for character in text.chars() {
        if character < ' ' || character == '%' {
            // A String takes whatever is written to it.
            let _ = write!(line, "%{:02x}", u32::from(character));
        } else {
            line.push(character);
        }
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut plain = parts.next()?.to_string();
    for part in parts {
        let code = u8::from_str_radix(part.get(..2)?, 16).ok()?;
        plain.push(char::from(code));
        plain.push_str(part.get(2..)?);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_as_they_were() {
        let mut observation = Observation::of("check");
        observation.violations = vec!["100 %\tof\nit".into(), String::new()];
        observation.leaks = vec!["größer".into()];
        let answers = [
            Answer {
                outcome: Outcome::Passed,
                observation: Some(observation),
            },
            Answer {
                outcome: Outcome::Failed {
                    called: "a\r\n\u{1}".into(),
                    expected: String::new(),
                    came: "%%41".into(),
                },
                observation: Some(Observation::of("check")),
            },
            Answer {
                outcome: Outcome::NotApplicable {
                    because: "no".into(),
                },
                observation: None,
            },
        ];
        for answer in answers {
            let line = encode(&answer);
            assert!(!line.contains('\n'));
            assert_eq!(decode("check", &line), Some(answer));
        }
    }

    #[test]
    fn a_damaged_line_is_no_answer() {
        let whole = encode(&Answer {
            outcome: Outcome::Failed {
                called: "one".into(),
                expected: "two".into(),
                came: "three %".into(),
            },
            observation: Some(Observation::of("check")),
        });
        for end in 0..whole.len() {
            assert_eq!(decode("check", &whole[..end]), None, "{end}");
        }
    }
}
