//! What all objects with properties have in common.

use super::*;

session! {
    "IMAPIProp::GetLastError", "imapiprop-getlasterror", 0, |stage| {
        let message = stage.message.clone();
        // The failure is there before MAPI fails.
        let _ = message.open(PR_SUBJECT, None, 0, 0);
        Ok(Box::new(move || {
            message.last_error(MAPI_E_INVALID_PARAMETER, MAPI_UNICODE)?;
            message.last_error(MAPI_E_INVALID_PARAMETER, 0).map(drop)
        }))
    };
    "IMAPIProp::GetProps", "imapiprop-getprops", 0, |stage| {
        let message = stage.message.clone();
        Ok(Box::new(move || {
            message.get_all()?;
            let _ = message.get_with(None, 0)?;
            message.get(&[PR_SUBJECT, PR_ENTRYID, 0x6789_001F]).map(drop)
        }))
    };
    "IMAPIProp::GetPropList", "imapiprop-getproplist", 0, |stage| {
        let message = stage.message.clone();
        Ok(Box::new(move || message.list().map(drop)))
    };
    "IMAPIProp::SetProps", "imapiprop-setprops", 0, |stage| {
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            message.set(&[Prop::new(PR_BODY, "text"), Prop::new(PR_STORE_SUPPORT_MASK, 0)])?;
            Ok(())
        }))
    };
    "IMAPIProp::DeleteProps", "imapiprop-deleteprops", 0, |stage| {
        let message = stage.own_message()?;
        message.put(PR_BODY, "text")?;
        Ok(Box::new(move || {
            message.delete(&[PR_BODY, PR_STORE_SUPPORT_MASK]).map(drop)
        }))
    };
    "IMAPIProp::SaveChanges", "imapiprop-savechanges", 0, |stage| {
        let message = stage.own_message()?;
        message.put(PR_BODY, "text")?;
        let new = stage.work().create_message()?;
        new.put(PR_SUBJECT, stage.name())?;
        Ok(Box::new(move || {
            message.save(KEEP_OPEN_READWRITE)?;
            new.save(KEEP_OPEN_READWRITE)
        }))
    };
    "IMAPIProp::OpenProperty", "imapiprop-openproperty", 0, |stage| {
        let message = stage.own_message()?;
        Ok(Box::new(move || {
            message.write_stream(PR_BODY, &[b'x', 0].repeat(9000))?;
            message.read_stream(PR_BODY).map(drop)
        }))
    };
    "IMAPIProp::CopyTo", "imapiprop-copyto", 0, |stage| {
        let (from, to) = (stage.message.clone(), stage.work().create_message()?);
        Ok(Box::new(move || {
            from.copy_to(&to, &[PR_BODY], 0)?;
            to.save(0)
        }))
    };
    "IMAPIProp::CopyProps", "imapiprop-copyprops", 0, |stage| {
        let (from, to) = (stage.message.clone(), stage.work().create_message()?);
        Ok(Box::new(move || {
            from.copy_props(&to, &[PR_SUBJECT, PR_MESSAGE_RECIPIENTS, 0x6789_001F], 0)?;
            to.save(0)
        }))
    };
    "IMAPIProp::GetIDsFromNames", "imapiprop-getidsfromnames", 0, |stage| {
        let (folder, name) = (stage.work(), Name::string(PS_PUBLIC_STRINGS, &stage.name()));
        Ok(Box::new(move || {
            let (_, tags) = folder.ids_from_names(std::slice::from_ref(&name), true)?;
            folder.names_from_ids(&tags).map(drop)
        }))
    };
    "IMAPIProp::GetNamesFromIDs", "imapiprop-getnamesfromids", 0, |stage| {
        let (folder, set) = (stage.work(), GUID::from_u128(0x2b1d_74a0_5c1e_4f0e_8d3a_91c2_6f00_17d4));
        // A set of its own: a store may know thousands of names.
        let _ = folder.ids_from_names(&[Name::id(set, 1), Name::id(set, 2)], true)?;
        Ok(Box::new(move || {
            let _ = folder.names_from_ids(&[0x8001_0000, 0xFFF0_0000, PR_SUBJECT])?;
            folder.all_names(Some(set)).map(drop)
        }))
    };
}
