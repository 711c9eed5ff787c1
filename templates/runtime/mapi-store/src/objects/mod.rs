//! The COM objects that MAPI and its clients see, one file each. They check arguments, call the store or the
//! synchronization, and convert the answer.

pub mod advise;
pub mod constants;
pub mod copying;
pub mod names;
pub mod property_object;
pub mod session;
pub mod stream;
pub mod table;
