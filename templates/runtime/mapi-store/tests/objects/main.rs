//! Provider, logon, store, folder and status objects, seen through their vtables by a host.
#![cfg(feature = "runtime")]

mod abilities;
mod attachments;
mod copying;
mod folders;
mod instances;
mod logon;
mod messages;
mod outlook;
mod properties;
mod remote;
mod search_folders;
mod service;
mod submission;
mod support;
mod synchronization;
mod table_events;
mod tables;
