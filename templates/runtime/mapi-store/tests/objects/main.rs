//! Provider, logon, store, folder and status objects, seen through their vtables by a host.
#![cfg(feature = "runtime")]

mod folders;
mod logon;
mod properties;
mod service;
mod support;
