// The witness: a host for one provider, built on headers that nobody here wrote.
//
// usage: witness.exe DLL DIRECTORY-FOR-THE-STORE DIRECTORY-WITH-MAIL
#include "session.h"

#include <cstdio>
#include <cstring>

Bytes binary(IMAPIProp *object, ULONG tag) {
    Values values(object, Tags{tag});
    return bytes_of(values[tag]);
}

Bytes make_message(IMAPIFolder *folder, const WCHAR *subject) {
    Ref<IMessage> message;
    EXPECT(S_OK, folder, CreateMessage, nullptr, 0, message.out());
    if (!message) return {};
    SPropValue values[] = {text_value(PR_SUBJECT, subject), text_value(PR_MESSAGE_CLASS, L"IPM.Note")};
    EXPECT(S_OK, message, SetProps, 2, values, nullptr);
    EXPECT(S_OK, message, SaveChanges, KEEP_OPEN_READONLY);
    return binary(message, PR_ENTRYID);
}

ULONG count_messages(IMAPIFolder *folder) {
    Ref<IMAPITable> table;
    ULONG rows = 0;
    EXPECT(S_OK, folder, GetContentsTable, 0, table.out());
    if (table) EXPECT(S_OK, table, GetRowCount, 0, &rows);
    return rows;
}

namespace {

// The folder of the witness: made in the first session, found in the second.
void open_folder(Session &session, bool first) {
    Topic topic("folder of the witness");
    const Bytes subtree_id = binary(session.store, PR_IPM_SUBTREE_ENTRYID);
    Ref<IMAPIFolder> subtree;
    ULONG type = 0;
    need(CALL(session.store, OpenEntry, ULONG(subtree_id.size()), entry_id(subtree_id), nullptr, MAPI_MODIFY, &type,
              subtree.unknown()),
         "OpenEntry");
    WCHAR name[] = L"Witness", comment[] = L"made by the witness";
    if (first)
        need(CALL(subtree, CreateFolder, FOLDER_GENERIC, name, comment, nullptr, MAPI_UNICODE, session.folder.out()),
             "CreateFolder");
    else
        need(CALL(subtree, CreateFolder, FOLDER_GENERIC, name, nullptr, nullptr, MAPI_UNICODE | OPEN_IF_EXISTS,
                  session.folder.out()),
             "CreateFolder");
    Values values(session.folder, Tags{PR_COMMENT, PR_DISPLAY_NAME});
    CHECK(same_text(values[PR_DISPLAY_NAME], name));
    session.folder_id = binary(session.folder, PR_ENTRYID);
}

void first_session(const WCHAR *dll, const WCHAR *store, const WCHAR *mail, Bag *section) {
    Module module(dll);
    module.check_conventions();
    configure(module, section, store, mail);
    Session session;
    open_session(session, module, section, true);
    open_folder(session, true);
    call_provider(session);
    call_logon(session);
    call_status(session);
    call_store(session);
    call_folder(session);
    call_message(session);
    call_tables(session);
    synchronize(session);
    close_session(session);
    module.unload();
}

void second_session(const WCHAR *dll, Bag *section) {
    Topic topic("Wine's mapi32");
    const Allocator *allocator = wine_allocator();
    if (!allocator) return;
    memory = allocator;
    {
        Module module(dll);
        Session session;
        open_session(session, module, section, false);
        open_folder(session, false);
        second_opinion(session);
        close_session(session);
        module.unload();
    }
    memory = &counting_allocator;
}

}  // namespace

int main() {
    int count = 0;
    WCHAR **arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    if (count != 4) {
        fprintf(stderr, "usage: witness.exe DLL DIRECTORY-FOR-THE-STORE DIRECTORY-WITH-MAIL\n");
        return 2;
    }
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    compare_slots();
    {
        Ref<Bag> section(new Bag);
        first_session(arguments[1], arguments[2], arguments[3], section);
        {
            Topic topic("leaks");
            check(blocks_alive() == 0, "%u blocks of memory have not been freed", blocks_alive());
            check(objects_alive == 1, "%ld objects of the witness are still referenced", long(objects_alive - 1));
        }
        second_session(arguments[1], section);
    }
    {
        Topic topic("leaks");
        check(blocks_alive() == 0, "%u blocks of memory have not been freed", blocks_alive());
        check(objects_alive == 0, "%ld objects of the witness are still referenced", long(objects_alive));
    }
    for (const char *name : {"IMSProvider", "IMSLogon", "IMsgStore", "IMAPIFolder", "IMAPIContainer", "IMessage",
                             "IAttach", "IMAPIProp", "IMAPITable", "IMAPIStatus", "IMAPISync", "IMAPIProviderShutdown",
                             "IStream"})
        all_called(name);
    for (const char *method : {"GetMemAllocRoutines", "Subscribe", "Unsubscribe", "Notify", "ModifyStatusRow",
                               "OpenProfileSection", "NewUID", "SetProviderUID", "CopyMessages", "CopyFolder",
                               "DoCopyTo", "DoCopyProps", "DoProgressDialog", "StoreLogoffTransports",
                               "WrapStoreEntryID", "ModifyProfile"})
        was_called("IMAPISupport", method);
    for (const char *method : {"Progress", "GetFlags", "GetMax", "GetMin"}) was_called("IMAPIProgress", method);
    for (const char *method : {"GetProps", "SetProps"}) was_called("IProfSect", method);
    for (const char *method : {"Progress", "Done"}) was_called("IMAPISyncProgressCallback", method);
    was_called("IMAPIAdviseSink", "OnNotify");
    return summary();
}
