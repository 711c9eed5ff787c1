//! The table of the outgoing queue.

use std::sync::{Arc, Mutex};

use mapi_abi::*;

use super::{MemoryRow, MemoryView, Row, RowSource, SortKey, tags};
use crate::store::bag::PropertyBag;
use crate::store::changes;
use crate::store::database::lock;
use crate::store::error::StoreError;
use crate::store::identity::InstanceKey;
use crate::store::restriction::Restriction;
use crate::store::value::{PropTag, Value};
use crate::store::{Outgoing, Store};

/// Columns of the table \[outgoing-queue-tables\], and what finds and opens its messages.
const COLUMNS: [u32; 16] = [
    PR_INSTANCE_KEY,
    PR_ENTRYID,
    PR_RECORD_KEY,
    PR_PARENT_ENTRYID,
    PR_STORE_ENTRYID,
    PR_CLIENT_SUBMIT_TIME,
    PR_DISPLAY_TO,
    PR_DISPLAY_CC,
    PR_DISPLAY_BCC,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_SIZE,
    PR_PRIORITY,
    PR_SENDER_NAME,
    PR_SUBJECT,
    PR_SUBMIT_FLAGS,
    PR_MESSAGE_CLASS,
];

/// The messages of the queue, oldest first. The queue is short, so its rows are in memory and made anew when the store
/// has changed.
struct OutgoingView {
    store: Store,
    constants: Arc<PropertyBag>,
    order: Vec<SortKey>,
    restriction: Option<Arc<Restriction>>,
    made: Mutex<Option<(i64, Arc<MemoryView>)>>,
}

impl Store {
    /// The outgoing queue in the order of submission. `constants` are cells that are the same in every row.
    #[must_use]
    pub fn outgoing_view(&self, constants: Arc<PropertyBag>) -> Box<dyn RowSource> {
        Box::new(OutgoingView {
            store: self.clone(),
            constants,
            order: Vec::new(),
            restriction: None,
            made: Mutex::default(),
        })
    }

    fn outgoing_row(&self, outgoing: Outgoing) -> Result<Option<MemoryRow>, StoreError> {
        let message = match self.message(outgoing.message) {
            Ok(message) => message,
            // Deleted since the queue was read.
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut properties = message.all_properties(self)?;
        // As the queue was read: the message may have left it since.
        properties.set(PR_SUBMIT_FLAGS, Value::Long(outgoing.flags as i32));
        Ok(Some(MemoryRow {
            key: InstanceKey::of_object(outgoing.message),
            properties,
        }))
    }
}

impl OutgoingView {
    fn now(&self) -> Result<Arc<MemoryView>, StoreError> {
        // Before the rows are made: a change meanwhile makes them look older than they are, which does no harm.
        let stamp = self.stamp()?;
        let known = lock(&self.made).clone();
        if let Some((made, rows)) = known
            && made == stamp
        {
            return Ok(rows);
        }
        let mut rows = Vec::new();
        for outgoing in self.store.outgoing()? {
            rows.extend(self.store.outgoing_row(outgoing)?);
        }
        let view = MemoryView::new(rows, self.default_columns())
            .with_constants(Arc::clone(&self.constants))
            .arranged(&self.order, self.restriction.as_deref())?;
        let view = Arc::new(view);
        *lock(&self.made) = Some((stamp, Arc::clone(&view)));
        Ok(view)
    }
}

impl RowSource for OutgoingView {
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        let arranged = Self {
            store: self.store.clone(),
            constants: Arc::clone(&self.constants),
            order: order.to_vec(),
            restriction,
            made: Mutex::default(),
        };
        // What cannot be arranged is refused now, not at the first row.
        arranged.now()?;
        Ok(Box::new(arranged))
    }

    fn count(&self) -> Result<usize, StoreError> {
        self.now()?.count()
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        self.now()?.rows(start, count, columns)
    }

    fn find(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        self.now()?.find(restriction, start, backward)
    }

    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError> {
        self.now()?.position_of(key)
    }

    fn stamp(&self) -> Result<i64, StoreError> {
        self.store.inner.database.read(changes::latest)
    }

    fn default_columns(&self) -> Vec<PropTag> {
        tags(&COLUMNS)
    }

    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        self.now()?.available_columns()
    }
}
