//! The few layout rules of rustfmt that generated data needs, so that `cargo fmt --check` finds nothing to do.

use unicode_width::UnicodeWidthStr;

const MAX_WIDTH: usize = 100;
const ARRAY_WIDTH: usize = 60;
const CALL_WIDTH: usize = 60;
const SHORT_ELEMENT_WIDTH: usize = 10;

/// `&[...]` with these elements, in a line that is indented by `indent`, has `column` characters before the slice and
/// a comma after it. `column` also counts what else stands after it.
pub(super) fn slice(elements: &[String], indent: usize, column: usize) -> String {
    let widths: Vec<usize> = elements.iter().map(|element| element.width()).collect();
    let in_one_line = elements.join(", ");
    let width: usize = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    // A single element may fill the line.
    if (width <= ARRAY_WIDTH || elements.len() == 1) && column + "&[],".len() + width <= MAX_WIDTH {
        return format!("&[{in_one_line}]");
    }
    let inner = " ".repeat(indent + 4);
    let mut text = String::from("&[\n");
    if widths.iter().all(|width| *width <= SHORT_ELEMENT_WIDTH) {
        // Short elements fill their lines.
        let mut used = 0;
        for (element, width) in elements.iter().zip(&widths) {
            if used == 0 {
                text.push_str(&inner);
                used = inner.len();
            } else if used + " ".len() + width + ",".len() > MAX_WIDTH {
                text.push('\n');
                text.push_str(&inner);
                used = inner.len();
            } else {
                text.push(' ');
                used += 1;
            }
            text.push_str(element);
            text.push(',');
            used += width + 1;
        }
        text.push('\n');
    } else {
        for element in elements {
            text.push_str(&inner);
            text.push_str(element);
            text.push_str(",\n");
        }
    }
    text.push_str(&" ".repeat(indent));
    text.push(']');
    text
}

/// `outer(inner("literal"))` for the functions `["outer", "inner"]`, in a line that is indented by `indent`, has `column`
/// characters before the calls and a comma after them.
pub(super) fn calls(functions: &[&str], literal: &str, indent: usize, column: usize) -> String {
    let opening: String = functions
        .iter()
        .map(|function| format!("{function}("))
        .collect();
    let closing = ")".repeat(functions.len());
    // What stands between the outermost pair of parentheses.
    let argument = opening.len() - functions.first().map_or(0, |outer| outer.len() + 1)
        + literal.width()
        + closing.len().saturating_sub(1);
    let width = column + opening.len() + literal.width() + closing.len() + ",".len();
    // A literal alone may fill the line, a call may not.
    if (argument <= CALL_WIDTH || functions.len() == 1) && width <= MAX_WIDTH {
        return format!("{opening}{literal}{closing}");
    }
    let outer = " ".repeat(indent);
    format!("{opening}\n{outer}    {literal},\n{outer}{closing}")
}
