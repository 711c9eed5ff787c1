//! What submission does with the working copy.

use std::sync::atomic::Ordering;

use mapi_abi as abi;

use super::OpenMessage;
use crate::com::fault::{Fault, Outcome};
use crate::store::{ObjectKey, SaveMode, Value};

impl OpenMessage {
    /// Fails once the message was submitted through this object: then it may only be released
    /// \[imessage-submitmessage\].
    pub(crate) fn check_not_submitted(&self) -> Outcome {
        if self.submitted.load(Ordering::Acquire) {
            return Err(Fault::new(abi::MAPI_E_SUBMITTED));
        }
        match &self.home {
            super::Home::Store => Ok(()),
            super::Home::Attachment(attachment) => attachment.check_not_submitted(),
        }
    }

    /// Fails when the spooler has the message in its hands, unless it is the spooler who asks.
    pub(super) fn check_unqueued(&self, key: Option<ObjectKey>) -> Outcome {
        let Some(key) = key.filter(|_| self.session.supports(abi::STORE_SUBMIT_OK)) else {
            return Ok(());
        };
        if !self.session.spooler() && self.session.store().submit_flags(key)?.is_some() {
            return Err(Fault::new(abi::MAPI_E_SUBMITTED));
        }
        Ok(())
    }

    /// The message in the store, once it has been saved; `None` for a message in an attachment too.
    pub(crate) fn stored_key(&self) -> Option<ObjectKey> {
        match self.home {
            super::Home::Store => self.state().message.key,
            super::Home::Attachment(_) => None,
        }
    }

    /// Whether the message is one that can be submitted at all: not one in an attachment, not an associated one.
    pub(crate) fn can_be_sent(&self) -> bool {
        matches!(self.home, super::Home::Store) && !self.state().message.associated
    }

    /// Whether anybody would get the message.
    pub(crate) fn has_recipients(&self) -> bool {
        !self.state().message.recipients.is_empty()
    }

    /// Gives every recipient a `PR_RESPONSIBILITY`, FALSE where there is none: no transport has taken it over
    /// \[sending-messages-message-store-provider-tasks\].
    pub(crate) fn disclaim_recipients(&self) -> Outcome {
        self.edit(|message| {
            for recipient in &mut message.recipients {
                if recipient
                    .properties
                    .get_typed(crate::store::PropTag(abi::PR_RESPONSIBILITY))
                    .is_none()
                {
                    recipient
                        .properties
                        .set(abi::PR_RESPONSIBILITY, Value::Boolean(false));
                }
            }
            Ok(())
        })
    }

    /// Saves the message and puts it into the outgoing queue. From then on the object may only be released.
    pub(crate) fn enqueue(&self, preprocess: bool) -> Outcome {
        let _turn = self.wait_for_turn()?;
        self.check_editable()?;
        self.flush_streams()?;
        let mut copy = self.snapshot();
        // Whoever is notified of the new row finds the object closed already.
        self.submitted.store(true, Ordering::Release);
        let queued = self
            .session
            .store()
            .submit(&mut copy, SaveMode::default(), preprocess);
        if let Err(error) = queued {
            self.submitted.store(false, Ordering::Release);
            return Err(error.into());
        }
        let mut state = self.state();
        state.message = copy;
        state.saved_edits = state.edits;
        state.writable = false;
        state.properties = None;
        drop(state);
        self.revision.advance();
        Ok(())
    }
}
