//! The parts of the host.

mod arena;
mod copier;
mod event;
mod failure;
mod folder;
mod free;
mod inf;
mod journal;
mod memory;
mod message;
mod notify;
mod outlook;
mod profile;
mod profile_section;
mod prop_object;
mod provider;
mod provider_admin;
mod reader;
mod recorder;
mod restriction;
mod rows_table;
mod session;
mod session_object;
mod store;
mod stream;
mod support;
mod sync;
mod table;
mod task_memory;
mod value;
mod wrap;

pub use arena::SortOrder;
pub use event::Event;
pub use failure::{Failure, Result, code_text};
pub use folder::Folder;
pub use journal::{Arguments, Call, Hook, Method};
pub use memory::{LiveBlock, MAXIMUM_HOSTS, MapiMemory, MemoryFunctions, Requester};
pub use message::{Attachment, Message, recipient};
pub use notify::Delivery;
pub use outlook::{Host, ServiceReply, StartAttempt};
pub use profile::{Profile, ServiceDescription};
pub use prop_object::PropObject;
pub use provider::Provider;
pub use reader::ErrorText;
pub use recorder::{Delivered, ProgressRecorder, ProgressReport, Recorder};
pub use restriction::Restriction;
pub use session::{
    LogonAttempt, LogonOptions, RunningProvider, Session, TestDirectory, fast_shutdown,
    force_logoff, is_folder, open_through_logon, same_object, validate_state,
};
pub use store::{ReceiveFolder, Store};
pub use stream::Stream;
pub use sync::{
    DoneEvent, SyncCall, SyncCallback, SyncRecorder, SyncReport, SyncStart, TimedReport,
};
pub use table::{Position, Table};
pub use value::{Name, NameKind, Problem, Prop, Props, Row, Value};
pub use wrap::{unwrap_store_entry_id, wrap_store_entry_id};

pub(crate) use arena::{Arena, Space};
use arena::{allocate_bytes, allocate_problems, allocate_props, allocate_rows, allocate_tags};
use copier::{Copier, CopyWhat};
use failure::{check, check_code};
use free::{Free, borrow};
pub(crate) use free::{lock, query, references, take};
use journal::{Journal, Live, LiveToken};
use notify::Engine;
pub(crate) use outlook::HostState;
pub(crate) use profile::is_secure;
use profile::{hex, new_uid};
pub(crate) use profile_section::ProfileSection;
use profile_section::with_error;
use prop_object::cast;
use provider_admin::ProviderAdmin;
use reader::take_rows;
pub(crate) use reader::{Reader, take_bytes, take_props};
use recorder::put;
use rows_table::RowsTable;
use session_object::SessionObject;
use support::{Purpose, Seat, Support, return_object};
use sync::synchronize;
use task_memory::TaskMemory;

#[cfg(test)]
mod tests;
