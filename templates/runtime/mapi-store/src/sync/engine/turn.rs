//! One synchronization of a store at a time, whatever program it runs in.
//!
//! What a run knows of the remote is older than what another one writes down meanwhile: a listing that was on its way
//! would declare gone what the other one has just uploaded. So the runs of one store file take turns. The lock is the
//! system's, and ends with the process that holds it.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
};

use super::{Run, Stop};
use crate::sync::RemoteError;

/// How often a run that waits looks again.
const PERIOD: Duration = Duration::from_millis(100);
/// How long a run waits for another one; that one may hang.
const PATIENCE: Duration = Duration::from_secs(600);

/// Held while it is a run's turn. Nothing is in it where the file system has no locks.
pub(super) struct Turn {
    _lock: Option<File>,
}

impl Run<'_> {
    /// Waits until no other run synchronizes this store.
    pub(super) fn turn(&self) -> Result<Turn, Stop> {
        let path = self.store.path().with_extension("sync-lock");
        let start = self.engine.clock.now();
        loop {
            self.check()?;
            if let Some(turn) = try_turn(&path) {
                return Ok(turn);
            }
            if self.engine.clock.now().saturating_sub(start) >= PATIENCE {
                let text =
                    "Another program is synchronizing this store and does not come to an end.";
                return Err(Stop::Remote(RemoteError::other(text)));
            }
            self.meter.remark("Waiting for another program", 0, 0);
            // Cancelled or not: the next round looks.
            let _ = self.engine.clock.wait(PERIOD, self.context.cancel_token());
        }
    }
}

/// `None` if it is another run's turn.
fn try_turn(path: &Path) -> Option<Turn> {
    let options = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path);
    let lock = options.map_err(TryLockError::Error).and_then(|file| {
        file.try_lock()?;
        Ok(file)
    });
    match lock {
        Ok(file) => Some(Turn { _lock: Some(file) }),
        Err(TryLockError::WouldBlock) => None,
        Err(TryLockError::Error(error)) => {
            tracing::debug!(%error, "no locks here: other programs are not waited for");
            Some(Turn { _lock: None })
        }
    }
}
