//! What can go wrong at a remote.

use std::{error::Error, fmt, io, time::Duration};

/// What kind of trouble a [`RemoteError`] is. It decides what the engine does, and which code Outlook sees.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RemoteErrorKind {
    /// There is no connection at all, or the user works offline. Ends the synchronization.
    Offline,
    /// A connection failed or broke. Tried again; when it stays, it ends the synchronization.
    Network,
    /// The remote does not accept who we are. Ends the synchronization.
    Authentication,
    /// The object is not there (any more).
    NotFound,
    /// The object is not in the state that the change was made to.
    Conflict,
    /// The cursor is of no use any more; the engine lists everything again.
    CursorExpired,
    /// [`SyncContext::check`](super::SyncContext::check) said so. Ends the synchronization.
    Cancelled,
    /// The remote understood and will not do it: no permission, over quota, too big.
    Refused,
    /// Anything else.
    Other,
}

impl RemoteErrorKind {
    /// Whether going on with other objects makes no sense after this.
    #[must_use]
    pub const fn ends_synchronization(self) -> bool {
        matches!(
            self,
            Self::Offline | Self::Network | Self::Authentication | Self::Cancelled
        )
    }
}

/// An error of a [`Remote`](super::Remote).
///
/// The message is shown to the user in Outlook's Send/Receive dialog: say what happened in a plain sentence, without
/// secrets. Details for the log go into the [source](Error::source).
#[derive(Debug)]
pub struct RemoteError {
    kind: RemoteErrorKind,
    message: String,
    retry: bool,
    retry_after: Option<Duration>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl RemoteError {
    /// An error of any kind. Only [`RemoteErrorKind::Network`] is worth a retry from the start.
    #[must_use]
    pub fn new(kind: RemoteErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry: kind == RemoteErrorKind::Network,
            retry_after: None,
            source: None,
        }
    }

    /// There is no connection. Not tried again within this synchronization.
    #[must_use]
    pub fn offline(message: impl Into<String>) -> Self {
        Self::new(RemoteErrorKind::Offline, message)
    }

    /// A connection failed or broke. Tried again.
    #[must_use]
    pub fn network(message: impl Into<String>) -> Self {
        Self::new(RemoteErrorKind::Network, message)
    }

    /// The remote does not accept who we are.
    #[must_use]
    pub fn authentication(message: impl Into<String>) -> Self {
        Self::new(RemoteErrorKind::Authentication, message)
    }

    /// The object is not there.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(RemoteErrorKind::NotFound, message)
    }

    /// The object is not in the state that the change was made to.
    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(RemoteErrorKind::Conflict, message)
    }

    /// The cursor is of no use any more.
    #[must_use]
    pub fn cursor_expired(message: impl Into<String>) -> Self {
        Self::new(RemoteErrorKind::CursorExpired, message)
    }

    /// The synchronization was cancelled.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(
            RemoteErrorKind::Cancelled,
            "The synchronization was cancelled.",
        )
    }

    /// The remote will not do it.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(RemoteErrorKind::Refused, message)
    }

    /// Anything else. Not tried again, unless [`with_retry`](Self::with_retry) says so.
    #[must_use]
    pub fn other(message: impl Into<String>) -> Self {
        Self::new(RemoteErrorKind::Other, message)
    }

    /// The same error, worth another attempt or not.
    #[must_use]
    pub fn with_retry(mut self, retry: bool) -> Self {
        self.retry = retry;
        self
    }

    /// The same error, worth another attempt, but not before this time has passed: what a busy server asked for.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.retry = true;
        self.retry_after = Some(delay);
        self
    }

    /// The same error with what caused it, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> RemoteErrorKind {
        self.kind
    }

    /// The text for the user. Never empty.
    #[must_use]
    pub fn message(&self) -> &str {
        if self.message.is_empty() {
            "The remote failed without saying why."
        } else {
            &self.message
        }
    }

    /// Whether another attempt may help.
    #[must_use]
    pub fn is_worth_a_retry(&self) -> bool {
        self.retry
    }

    /// The least time before another attempt, where the remote asked for one.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

impl Error for RemoteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

impl From<io::Error> for RemoteError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Io;
        let kind = match error.kind() {
            Io::NotFound => RemoteErrorKind::NotFound,
            Io::PermissionDenied | Io::StorageFull | Io::ReadOnlyFilesystem | Io::QuotaExceeded => {
                RemoteErrorKind::Refused
            }
            Io::ConnectionRefused
            | Io::ConnectionReset
            | Io::ConnectionAborted
            | Io::NotConnected
            | Io::BrokenPipe
            | Io::HostUnreachable
            | Io::NetworkUnreachable
            | Io::NetworkDown
            | Io::TimedOut => RemoteErrorKind::Network,
            _ => RemoteErrorKind::Other,
        };
        Self::new(kind, error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_broken_connections_are_worth_a_retry_from_the_start() {
        assert!(RemoteError::network("lost").is_worth_a_retry());
        for error in [
            RemoteError::offline("x"),
            RemoteError::authentication("x"),
            RemoteError::not_found("x"),
            RemoteError::conflict("x"),
            RemoteError::cursor_expired("x"),
            RemoteError::cancelled(),
            RemoteError::refused("x"),
            RemoteError::other("x"),
        ] {
            assert!(!error.is_worth_a_retry(), "{:?}", error.kind());
        }
        let busy = RemoteError::other("busy").with_retry_after(Duration::from_secs(3));
        assert!(busy.is_worth_a_retry());
        assert_eq!(busy.retry_after(), Some(Duration::from_secs(3)));
    }

    #[test]
    fn text_is_never_empty() {
        assert!(!RemoteError::other("").to_string().is_empty());
    }

    #[test]
    fn io_errors_keep_their_meaning() {
        let kind = |kind| RemoteError::from(io::Error::from(kind)).kind();
        assert_eq!(kind(io::ErrorKind::NotFound), RemoteErrorKind::NotFound);
        assert_eq!(
            kind(io::ErrorKind::PermissionDenied),
            RemoteErrorKind::Refused
        );
        assert_eq!(kind(io::ErrorKind::TimedOut), RemoteErrorKind::Network);
        assert_eq!(kind(io::ErrorKind::InvalidData), RemoteErrorKind::Other);
        assert!(RemoteError::from(io::Error::other("x")).source().is_some());
    }
}
