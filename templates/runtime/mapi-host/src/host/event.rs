//! Events of the notification engine.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use windows_core::HRESULT;

/// An event, as a `NOTIFICATION` describes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// One of the `fnevObject` events, or [`fnevSearchComplete`].
    Object {
        /// The `fnev` value.
        kind: u32,
        /// The type of the object.
        object_type: u32,
        /// The object.
        entry_id: Vec<u8>,
        /// Its parent.
        parent: Vec<u8>,
        /// The original of a move or copy.
        old_entry_id: Vec<u8>,
        /// The parent of the original.
        old_parent: Vec<u8>,
        /// The properties that changed, if the provider tells.
        tags: Option<Vec<u32>>,
    },
    /// [`fnevNewMail`].
    NewMail {
        /// The message.
        entry_id: Vec<u8>,
        /// The folder that received it.
        parent: Vec<u8>,
        /// Its class.
        message_class: String,
        /// Its `PR_MESSAGE_FLAGS`.
        message_flags: u32,
    },
    /// [`fnevTableModified`].
    Table {
        /// A `TABLE_` value.
        event: u32,
        /// The error of [`TABLE_ERROR`].
        result: HRESULT,
        /// `PR_INSTANCE_KEY` of the row.
        index: Prop,
        /// `PR_INSTANCE_KEY` of the row before it, or `PR_NULL`.
        prior: Prop,
        /// The row.
        row: Row,
    },
    /// [`fnevCriticalError`].
    CriticalError {
        /// The object that failed.
        entry_id: Vec<u8>,
        /// The error.
        code: HRESULT,
    },
    /// [`fnevExtended`].
    Extended {
        /// The event.
        event: u32,
        /// The parameters.
        parameters: Vec<u8>,
    },
    /// An event that a store must not send, or that MAPI does not know.
    Other(u32),
}

impl Event {
    /// The `fnev` value.
    pub fn kind(&self) -> u32 {
        match self {
            Self::Object { kind, .. } | Self::Other(kind) => *kind,
            Self::NewMail { .. } => fnevNewMail,
            Self::Table { .. } => fnevTableModified,
            Self::CriticalError { .. } => fnevCriticalError,
            Self::Extended { .. } => fnevExtended,
        }
    }

    /// The `TABLE_` value of a table event.
    pub fn table_event(&self) -> Option<u32> {
        match self {
            Self::Table { event, .. } => Some(*event),
            _ => None,
        }
    }

    /// The object, or the message, that the event is about.
    pub fn entry_id(&self) -> Option<&[u8]> {
        match self {
            Self::Object { entry_id, .. }
            | Self::NewMail { entry_id, .. }
            | Self::CriticalError { entry_id, .. } => Some(entry_id),
            _ => None,
        }
    }

    #[allow(non_upper_case_globals, reason = "the names of the events are MAPI's")]
    pub(crate) fn read(reader: &Reader<'_>, raw: &NOTIFICATION, flags: u32) -> Self {
        let id = |size: u32, id: *mut ENTRYID| {
            reader
                .slice(id.cast_const().cast::<u8>(), size as usize)
                .unwrap_or_default()
        };
        // SAFETY: the event type tells which member of the union counts, and every bit pattern is a valid value of each.
        unsafe {
            match raw.ulEventType {
                fnevObjectCreated | fnevObjectDeleted | fnevObjectModified | fnevObjectMoved
                | fnevObjectCopied | fnevSearchComplete => {
                    let object = raw.info.obj;
                    Self::Object {
                        kind: raw.ulEventType,
                        object_type: object.ulObjType,
                        entry_id: id(object.cbEntryID, object.lpEntryID),
                        parent: id(object.cbParentID, object.lpParentID),
                        old_entry_id: id(object.cbOldID, object.lpOldID),
                        old_parent: id(object.cbOldParentID, object.lpOldParentID),
                        tags: (!object.lpPropTagArray.is_null())
                            .then(|| reader.tags(object.lpPropTagArray)),
                    }
                }
                fnevNewMail => {
                    let mail = raw.info.newmail;
                    let class = if mail.lpszMessageClass.is_null() {
                        None
                    } else {
                        reader.text(mail.lpszMessageClass, mail.ulFlags | flags & MAPI_UNICODE)
                    };
                    Self::NewMail {
                        entry_id: id(mail.cbEntryID, mail.lpEntryID),
                        parent: id(mail.cbParentID, mail.lpParentID),
                        message_class: class.unwrap_or_default(),
                        message_flags: mail.ulMessageFlags,
                    }
                }
                fnevTableModified => {
                    let table = raw.info.tab;
                    Self::Table {
                        event: table.ulTableEvent,
                        result: table.hResult,
                        index: reader.prop(&table.propIndex),
                        prior: reader.prop(&table.propPrior),
                        row: Props(reader.props(table.row.lpProps, table.row.cValues)),
                    }
                }
                fnevCriticalError => {
                    let error = raw.info.err;
                    Self::CriticalError {
                        entry_id: id(error.cbEntryID, error.lpEntryID),
                        code: error.scode,
                    }
                }
                fnevExtended => {
                    let extended = raw.info.ext;
                    Self::Extended {
                        event: extended.ulEvent,
                        parameters: reader
                            .slice(
                                extended.pbEventParameters.cast_const(),
                                extended.cb as usize,
                            )
                            .unwrap_or_default(),
                    }
                }
                other => Self::Other(other),
            }
        }
    }

    /// Whether all bytes are zero that belong to no member which counts, in an array of `NOTIFICATION`s.
    #[allow(non_upper_case_globals, reason = "the names of the events are MAPI's")]
    pub(crate) fn unused_is_zero(bytes: &[u8]) -> bool {
        use std::mem::offset_of;
        const INFO: usize = offset_of!(NOTIFICATION, info);
        bytes.chunks_exact(size_of::<NOTIFICATION>()).all(|one| {
            let kind = u32::from_ne_bytes([one[0], one[1], one[2], one[3]]);
            let used = match kind {
                fnevObjectCreated | fnevObjectDeleted | fnevObjectModified | fnevObjectMoved
                | fnevObjectCopied | fnevSearchComplete => size_of::<OBJECT_NOTIFICATION>(),
                fnevNewMail => size_of::<NEWMAIL_NOTIFICATION>(),
                fnevTableModified => size_of::<TABLE_NOTIFICATION>(),
                fnevCriticalError => size_of::<ERROR_NOTIFICATION>(),
                fnevExtended => size_of::<EXTENDED_NOTIFICATION>(),
                _ => return true,
            };
            let zero = |from: usize, to: usize| one[from..to].iter().all(|byte| *byte == 0);
            // Between type and union, and behind the member of the union.
            let mut clean = zero(4, INFO) && zero(INFO + used, one.len());
            if kind == fnevTableModified {
                let column = |at: usize| {
                    let tag = INFO + at;
                    // The padding of the tag, and all of the value of PR_NULL.
                    zero(tag + 4, tag + 8)
                        && (u32::from_ne_bytes([
                            one[tag],
                            one[tag + 1],
                            one[tag + 2],
                            one[tag + 3],
                        ]) != PR_NULL
                            || zero(tag + 8, tag + size_of::<SPropValue>()))
                };
                clean &= column(offset_of!(TABLE_NOTIFICATION, propIndex))
                    && column(offset_of!(TABLE_NOTIFICATION, propPrior))
                    && zero(INFO + offset_of!(TABLE_NOTIFICATION, ulPad), INFO + used);
            }
            clean
        })
    }

    /// Builds the structure that a sink gets.
    pub(crate) fn write(&self, arena: &Arena) -> NOTIFICATION {
        // SAFETY: all members of the structure are valid when zero.
        let mut raw: NOTIFICATION = unsafe { std::mem::zeroed() };
        raw.ulEventType = self.kind();
        let id = |id: &[u8]| {
            let start: *mut ENTRYID = if id.is_empty() {
                std::ptr::null_mut()
            } else {
                arena.copy(id).cast()
            };
            (id.len() as u32, start)
        };
        match self {
            Self::Object {
                object_type,
                entry_id,
                parent,
                old_entry_id,
                old_parent,
                tags,
                ..
            } => {
                let ((cb, eid), (cb_parent, parent)) = (id(entry_id), id(parent));
                let ((cb_old, old), (cb_old_parent, old_parent)) =
                    (id(old_entry_id), id(old_parent));
                raw.info.obj = OBJECT_NOTIFICATION {
                    cbEntryID: cb,
                    lpEntryID: eid,
                    ulObjType: *object_type,
                    cbParentID: cb_parent,
                    lpParentID: parent,
                    cbOldID: cb_old,
                    lpOldID: old,
                    cbOldParentID: cb_old_parent,
                    lpOldParentID: old_parent,
                    lpPropTagArray: tags
                        .as_ref()
                        .map_or(std::ptr::null_mut(), |tags| arena.tags(tags)),
                };
            }
            Self::NewMail {
                entry_id,
                parent,
                message_class,
                message_flags,
            } => {
                let ((cb, eid), (cb_parent, parent)) = (id(entry_id), id(parent));
                raw.info.newmail = NEWMAIL_NOTIFICATION {
                    cbEntryID: cb,
                    lpEntryID: eid,
                    cbParentID: cb_parent,
                    lpParentID: parent,
                    ulFlags: MAPI_UNICODE,
                    lpszMessageClass: arena.wide(message_class).cast::<c_void>(),
                    ulMessageFlags: *message_flags,
                };
            }
            Self::Table {
                event,
                result,
                index,
                prior,
                row,
            } => {
                let raw_prop = |prop: &Prop| {
                    let mut raw = SPropValue::ZERO;
                    raw.ulPropTag = prop.tag;
                    arena.value(&prop.value, &mut raw.Value);
                    raw
                };
                raw.info.tab = TABLE_NOTIFICATION {
                    ulTableEvent: *event,
                    hResult: *result,
                    propIndex: raw_prop(index),
                    propPrior: raw_prop(prior),
                    row: SRow {
                        ulAdrEntryPad: 0,
                        cValues: row.len() as u32,
                        lpProps: if row.is_empty() {
                            std::ptr::null_mut()
                        } else {
                            arena.props(&row.0)
                        },
                    },
                    ulPad: 0,
                };
            }
            Self::CriticalError { entry_id, code } => {
                let (cb, eid) = id(entry_id);
                raw.info.err = ERROR_NOTIFICATION {
                    cbEntryID: cb,
                    lpEntryID: eid,
                    scode: *code,
                    ulFlags: 0,
                    lpMAPIError: std::ptr::null_mut(),
                };
            }
            Self::Extended { event, parameters } => {
                raw.info.ext = EXTENDED_NOTIFICATION {
                    ulEvent: *event,
                    cb: parameters.len() as u32,
                    pbEventParameters: arena.copy(parameters),
                };
            }
            Self::Other(_) => {}
        }
        raw
    }
}
