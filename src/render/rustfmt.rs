//! The few layout rules of rustfmt that generated data needs, so that `cargo fmt --check` finds nothing to do.

const MAX_WIDTH: usize = 100;
const ARRAY_WIDTH: usize = 60;
const SHORT_ELEMENT_WIDTH: usize = 10;

/// `&[...]` with these elements, in a line that is indented by `indent`, has `column` characters before the slice and
/// a comma after it.
pub(super) fn slice(elements: &[String], indent: usize, column: usize) -> String {
    let widths: Vec<usize> = elements
        .iter()
        .map(|element| element.chars().count())
        .collect();
    let in_one_line = elements.join(", ");
    let width: usize = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    if width <= ARRAY_WIDTH && column + "&[],".len() + width <= MAX_WIDTH {
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
