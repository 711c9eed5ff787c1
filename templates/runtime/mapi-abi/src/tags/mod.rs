//! Property types and property tags.
//!
//! A tag is an id in the upper 16 bits and a type in the lower. String tags are the UTF-16 ones; [`change_prop_type`] makes
//! the 8-bit ones.

mod attachment;
mod container;
mod envelope;
mod message;
mod object;
mod profile;
mod recipient;
mod types;

pub use attachment::*;
pub use container::*;
pub use envelope::*;
pub use message::*;
pub use object::*;
pub use profile::*;
pub use recipient::*;
pub use types::*;

/// Declares tags, and a table of their names.
macro_rules! tags {
    ($($(#[$meta:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$meta])* pub const $name: u32 = $value;)*

        pub(super) const NAMES: &[(u32, &str)] = &[$(($name, stringify!($name))),*];
    };
}
use tags;

/// The name of a property tag, if it is one of this crate's.
///
/// A tag that differs in its type only, such as the one of an error or of an 8-bit string, has the name of the tag it
/// stands for.
pub fn tag_name(tag: u32) -> Option<&'static str> {
    let find = |matches: &dyn Fn(u32) -> bool| {
        [
            object::NAMES,
            container::NAMES,
            message::NAMES,
            envelope::NAMES,
            attachment::NAMES,
            recipient::NAMES,
            profile::NAMES,
        ]
        .into_iter()
        .flatten()
        .find(|(value, _)| matches(*value))
        .map(|(_, name)| *name)
    };
    find(&|value| value == tag).or_else(|| find(&|value| prop_id(value) == prop_id(tag)))
}

#[cfg(test)]
mod tests;
