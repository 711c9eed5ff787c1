//! Entry points, provider, logon and status object.

use super::stage::accepted;
use super::*;
use std::time::Duration;

session! {
    "ServiceEntry", "msgserviceentry", 0, |stage| {
        let (host, provider, settings) = (stage.host.clone(), stage.provider, stage.settings.clone());
        Ok(Box::new(move || {
            let reply = host.service_entry(&provider, MSG_SERVICE_CONFIGURE, MAPI_UNICODE, &settings);
            accepted("ServiceEntry", reply.code)
        }))
    };
    "MSProviderInit", "msproviderinit", 0, |stage| {
        let (host, provider) = (stage.host.clone(), stage.provider);
        Ok(Box::new(move || host.start(&provider)?.shutdown().map(drop)))
    };
    "IMSProvider::Logon", "imsprovider-logon", 0, |stage| {
        let running = stage.host.start(&stage.provider)?;
        Ok(Box::new(move || {
            running.logon(&LogonOptions::default())?.logoff()?;
            running.shutdown().map(drop)
        }))
    };
    "IMSProvider::SpoolerLogon", "imsprovider-spoolerlogon", STORE_SUBMIT_OK, |stage| {
        let (running, host) = (stage.host.start(&stage.provider)?, stage.host.clone());
        Ok(Box::new(move || {
            let attempt = running.try_spooler_logon(&LogonOptions::default(), &[]);
            accepted("IMSProvider::SpoolerLogon", attempt.code)?;
            attempt.into_session(&host.state())?.logoff()
        }))
    };
    "IMSProvider::CompareStoreIDs", "imsprovider-comparestoreids", 0, |stage| {
        let running = stage.host.start(&stage.provider)?;
        let wrapped = stage.store().entry_id()?;
        let id = unwrap_store_entry_id(&wrapped).unwrap_or_default().to_vec();
        Ok(Box::new(move || running.compare_stores(&id, &id).map(drop)))
    };
    "IMSLogon::OpenEntry", "imslogon-openentry", 0, |stage| {
        let (logon, id) = (logon(stage)?, stage.message_id.clone());
        Ok(Box::new(move || {
            let (mut kind, mut object) = (0, std::ptr::null_mut());
            // SAFETY: the entry id lives until the call returns; the rest are places for the results.
            let code = unsafe {
                logon.OpenEntry(id.len() as u32, id.as_ptr().cast(), std::ptr::null(), 0, &mut kind, &mut object)
            };
            // SAFETY: the method returns an object with a reference for us, or NULL.
            drop(unsafe { take::<IUnknown>(object) });
            accepted("IMSLogon::OpenEntry", code)
        }))
    };
    "IMSLogon::CompareEntryIDs", "imslogon-compareentryids", 0, |stage| {
        let (logon, id) = (logon(stage)?, stage.message_id.clone());
        Ok(Box::new(move || {
            let (size, start, mut equal) = (id.len() as u32, id.as_ptr().cast(), 0);
            // SAFETY: the entry id lives until the call returns; `equal` is a place for the result.
            let code = unsafe { logon.CompareEntryIDs(size, start, size, start, 0, &mut equal) };
            accepted("IMSLogon::CompareEntryIDs", code)
        }))
    };
    "IMSLogon::Advise", "imslogon-advise", STORE_NOTIFY_OK, |stage| {
        let logon = logon(stage)?;
        Ok(Box::new(move || {
            let (recorder, mut connection) = (Recorder::new(), 0);
            let sink = recorder.sink();
            // SAFETY: the sink lives until the calls return; `connection` is a place for the result.
            let code = unsafe {
                logon.Advise(0, std::ptr::null(), fnevObjectCreated, sink.as_raw(), &mut connection)
            };
            accepted("IMSLogon::Advise", code)?;
            // SAFETY: the call has no pointers.
            accepted("IMSLogon::Unadvise", unsafe { logon.Unadvise(connection) })
        }))
    };
    "IMSLogon::OpenStatusEntry", "imslogon-openstatusentry", 0, |stage| {
        let logon = logon(stage)?;
        Ok(Box::new(move || {
            let (mut kind, mut object) = (0, std::ptr::null_mut());
            // SAFETY: the arguments are places for the results.
            let code = unsafe { logon.OpenStatusEntry(std::ptr::null(), 0, &mut kind, &mut object) };
            // SAFETY: the method returns an object with a reference for us, or NULL.
            drop(unsafe { take::<IUnknown>(object) });
            accepted("IMSLogon::OpenStatusEntry", code)
        }))
    };
    "IMAPIStatus::GetProps", "imapistatusimapiprop", 0, |stage| {
        let (props, ..) = stage.open.status_object()?;
        Ok(Box::new(move || {
            props.get_all()?;
            props.list().map(drop)
        }))
    };
    "IMAPIStatus::ValidateState", "imapistatus-validatestate", 0, |stage| {
        let (_, status, _) = stage.open.status_object()?;
        Ok(Box::new(move || {
            // SAFETY: the call has no pointers.
            accepted("IMAPIStatus::ValidateState", unsafe { status.ValidateState(0, 0) })
        }))
    };
    "IMAPISync::SynchronizeInBackground", "imapisyncsynchronizeinbackground", 0, |stage| {
        let session = stage.host.logon(&stage.provider)?;
        Ok(Box::new(move || {
            if session.store().sync().is_err() {
                return session.logoff();
            }
            let recorder = SyncRecorder::new();
            let start = session.start_sync(&SyncCall::all(&recorder))?;
            accepted("IMAPISync::SynchronizeInBackground", start.code)?;
            let ended = recorder.wait_done(Duration::from_secs(60));
            let answer = match ended {
                // Another session may be at it already.
                Some(code) if code.is_ok() || code == MAPI_E_BUSY => Ok(()),
                Some(code) => Err(Failure { call: "IMAPISyncProgressCallback::Done", code }),
                None => Err(Failure { call: "IMAPISyncProgressCallback::Done", code: MAPI_E_TIMEOUT }),
            };
            session.logoff()?;
            answer
        }))
    };
}

fn logon(stage: &Stage) -> Result<IMSLogon> {
    stage.open.logon().ok_or(Failure {
        call: "IMSProvider::Logon",
        code: MAPI_E_NOT_INITIALIZED,
    })
}
