//! Codes, flags and other numbers, by topic.

mod codes;
mod content;
mod methods;
mod profile;
mod session;
mod table;

pub use codes::*;
pub use content::*;
pub use methods::*;
pub use profile::*;
pub use session::*;
pub use table::*;

/// Declares constants of one type.
macro_rules! constants {
    ($type:ty: $($(#[$meta:meta])* $name:ident = $value:expr;)*) => {
        $($(#[$meta])* pub const $name: $type = $value;)*
    };
}
use constants;
