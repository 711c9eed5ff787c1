//! The store object.

use super::stage::accepted;
use super::*;

session! {
    "IMsgStore::Advise", "imsgstore-advise", STORE_NOTIFY_OK, |stage| {
        let (store, id) = (stage.store(), stage.message_id.clone());
        Ok(Box::new(move || {
            let recorder = Recorder::new();
            let whole = store.advise(None, fnevObjectCreated, &recorder)?;
            let one = store.advise(Some(&id), fnevObjectModified, &recorder);
            let (first, second) = (store.unadvise(whole), one.and_then(|one| store.unadvise(one)));
            first.and(second)
        }))
    };
    "IMsgStore::CompareEntryIDs", "imsgstore-compareentryids", 0, |stage| {
        let (store, id) = (stage.store(), stage.message_id.clone());
        Ok(Box::new(move || store.compare(&id, &id).map(drop)))
    };
    "IMsgStore::OpenEntry", "imsgstore-openentry", 0, |stage| {
        let (store, id) = (stage.store(), stage.message_id.clone());
        let folder = stage.work().entry_id()?;
        Ok(Box::new(move || {
            store.open_message(&id)?;
            store.open_folder(&folder)?;
            store.root().map(drop)
        }))
    };
    "IMsgStore::SetReceiveFolder", "imsgstore-setreceivefolder", 0, |stage| {
        let (store, id, name) = (stage.store(), stage.work().entry_id()?, stage.name());
        let class = format!("IPM.{}", name.replace(' ', "."));
        Ok(Box::new(move || {
            store.set_receive_folder(Some(&class), Some(&id))?;
            store.set_receive_folder(Some(&class), None)
        }))
    };
    "IMsgStore::GetReceiveFolder", "imsgstore-getreceivefolder", 0, |stage| {
        let store = stage.store();
        Ok(Box::new(move || store.receive_folder("IPM.Note").map(drop)))
    };
    "IMsgStore::GetReceiveFolderTable", "imsgstore-getreceivefoldertable", 0, |stage| {
        let store = stage.store();
        Ok(Box::new(move || store.receive_folder_table()?.all_rows().map(drop)))
    };
    "IMsgStore::GetOutgoingQueue", "imsgstore-getoutgoingqueue", STORE_SUBMIT_OK, |stage| {
        let store = stage.store();
        Ok(Box::new(move || match store.outgoing_queue() {
            // Only the spooler may ask.
            Err(failure) if failure.code == MAPI_E_NO_SUPPORT => Ok(()),
            other => other?.all_rows().map(drop),
        }))
    };
    "IMsgStore::AbortSubmit", "imsgstore-abortsubmit", STORE_SUBMIT_OK, |stage| {
        let (store, message) = (stage.store(), stage.own_message()?);
        message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
        message.save(KEEP_OPEN_READWRITE)?;
        let id = message.entry_id()?;
        let _ = message.submit(0)?;
        drop(message);
        Ok(Box::new(move || store.abort_submit(&id)))
    };
    "IMsgStore::NotifyNewMail", "imsgstore-notifynewmail", STORE_SUBMIT_OK, |stage| {
        let (store, parent, id) = (stage.store(), stage.work().entry_id()?, stage.message_id.clone());
        Ok(Box::new(move || {
            let event = Event::NewMail {
                entry_id: id,
                parent,
                message_class: "IPM.Note".into(),
                message_flags: 0,
            };
            let arena = Arena::default();
            let raw = event.write(&arena);
            // SAFETY: the structure lives until the call returns.
            match unsafe { store.raw_store().NotifyNewMail(&raw) } {
                // Only the spooler may say so.
                MAPI_E_NO_SUPPORT => Ok(()),
                code => accepted("IMsgStore::NotifyNewMail", code),
            }
        }))
    };
    "IMsgStore::StoreLogoff", "imsgstore-storelogoff", 0, |stage| {
        let session = stage.host.logon(&stage.provider)?;
        Ok(Box::new(move || session.logoff()))
    };
    "IMsgStore::GetProps", "imsgstoreimapiprop", 0, |stage| {
        let store = stage.store();
        Ok(Box::new(move || {
            store.get_all()?;
            store.get(&[PR_DISPLAY_NAME, PR_ENTRYID, PR_IPM_SUBTREE_ENTRYID])?;
            store.list().map(drop)
        }))
    };
    "IMsgStore::OpenProperty", "receive-folder-tables", 0, |stage| {
        let store = stage.store();
        Ok(Box::new(move || store.table(PR_RECEIVE_FOLDER_SETTINGS)?.all_rows().map(drop)))
    };
}
