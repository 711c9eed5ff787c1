//! Transactions.

/// Who makes a change: the sync engine's own writes are not logged for it to upload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// A client. Logged for synchronization, if the definition has any.
    Local,
    /// The sync engine, bringing what the remote has.
    Sync,
}

/// One transaction. Whatever [`Store`](super::Store) does alone, a batch does together with the rest of its work:
/// reads see its own writes, nobody else does before the commit.
///
/// A method that fails leaves nothing of itself behind, so that `work` may go on after an error that it expects.
pub struct Batch<'a> {
    #[expect(dead_code)]
    connection: &'a rusqlite::Connection,
}
