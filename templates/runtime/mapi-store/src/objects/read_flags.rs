//! The flags of `SetReadFlag` and `SetReadFlags`, which share their rules \[imapifolder-setreadflags, imessage-setreadflag\].

use mapi_abi as abi;

use crate::com::fault::{Fault, Outcome};

/// What is done to the message flags of one message, and to its wish for a read report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadChange {
    /// Bits to set in `PR_MESSAGE_FLAGS`.
    pub set: u32,
    /// Bits to clear in `PR_MESSAGE_FLAGS`.
    pub clear: u32,
    /// Whether `PR_READ_RECEIPT_REQUESTED` becomes FALSE.
    pub forget_request: bool,
}

/// Checks the flags and says what they mean; pairs that contradict each other are `MAPI_E_INVALID_PARAMETER`.
///
/// A store that does not submit messages sends no reports: what would be sent is taken off the pending flags.
pub fn read_change(flags: u32) -> Outcome<ReadChange> {
    let suppress = flags & abi::SUPPRESS_RECEIPT != 0;
    let clear = flags & abi::CLEAR_READ_FLAG != 0;
    let generate = flags & abi::GENERATE_RECEIPT_ONLY != 0;
    if clear && (suppress || generate) {
        return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
    }
    let mut change = ReadChange::default();
    match (suppress, clear, generate) {
        (true, _, true) => {
            change.forget_request = true;
            change.clear |= abi::MSGFLAG_RN_PENDING | abi::MSGFLAG_NRN_PENDING;
        }
        (false, _, true) => change.clear |= abi::MSGFLAG_RN_PENDING,
        (_, true, _) => change.clear |= abi::MSGFLAG_READ,
        // Without SUPPRESS_RECEIPT a report would be sent; either way none is pending after that.
        _ => {
            change.set |= abi::MSGFLAG_READ;
            change.clear |= abi::MSGFLAG_RN_PENDING | abi::MSGFLAG_NRN_PENDING;
        }
    }
    // The last two clear pending flags and nothing else.
    if flags & (abi::CLEAR_RN_PENDING | abi::CLEAR_NRN_PENDING) != 0 {
        if !(suppress || clear || generate) {
            change = ReadChange::default();
        }
        if flags & abi::CLEAR_RN_PENDING != 0 {
            change.clear |= abi::MSGFLAG_RN_PENDING;
        }
        if flags & abi::CLEAR_NRN_PENDING != 0 {
            change.clear |= abi::MSGFLAG_NRN_PENDING;
        }
    }
    Ok(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradicting_flags_are_refused() {
        for flags in [
            abi::SUPPRESS_RECEIPT | abi::CLEAR_READ_FLAG,
            abi::CLEAR_READ_FLAG | abi::GENERATE_RECEIPT_ONLY,
            abi::SUPPRESS_RECEIPT | abi::CLEAR_READ_FLAG | abi::GENERATE_RECEIPT_ONLY,
        ] {
            assert_eq!(
                read_change(flags).unwrap_err().code(),
                abi::MAPI_E_INVALID_PARAMETER
            );
        }
    }

    #[test]
    fn reading_and_unreading() {
        assert_eq!(read_change(0).unwrap().set, abi::MSGFLAG_READ);
        assert_eq!(
            read_change(abi::SUPPRESS_RECEIPT).unwrap().set,
            abi::MSGFLAG_READ
        );
        let unread = read_change(abi::CLEAR_READ_FLAG).unwrap();
        assert_eq!((unread.set, unread.clear), (0, abi::MSGFLAG_READ));
        let pending = read_change(abi::CLEAR_RN_PENDING).unwrap();
        assert_eq!((pending.set, pending.clear), (0, abi::MSGFLAG_RN_PENDING));
        assert!(
            read_change(abi::SUPPRESS_RECEIPT | abi::GENERATE_RECEIPT_ONLY)
                .unwrap()
                .forget_request
        );
    }
}
