//! The structures that cross the boundary, with the layout and the member names of the headers.
//!
//! An array at the end of a structure is declared with one element, as in the headers; the real number is in the count
//! member, and `size_of`-like functions such as [`SRowSet::size_of`] tell how many bytes a given number takes.

#![allow(non_snake_case)]

mod layout;
mod notify;
mod property;
mod restriction;
mod simple;
mod table;

pub use notify::*;
pub use property::*;
pub use restriction::*;
pub use simple::*;
pub use table::*;

#[cfg(test)]
mod tests;
