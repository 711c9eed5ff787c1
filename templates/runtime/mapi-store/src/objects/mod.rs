//! The COM objects that MAPI and its clients see, one file each. They check arguments, call the store or the
//! synchronization, and convert the answer.

pub mod advise;
pub mod attachment;
pub mod constants;
pub mod copying;
pub mod folder;
mod folder_copy;
mod folder_work;
pub mod map_sync;
pub mod message;
pub mod ms_logon;
pub mod ms_provider;
pub mod msg_store;
pub mod names;
pub mod open;
mod own;
pub mod property_object;
pub mod read_flags;
mod search;
pub mod session;
pub mod status;
pub mod stream;
pub mod streaming;
mod submission;
pub mod table;
