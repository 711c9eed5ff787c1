// One run through the life of a provider, and what the parts of the witness share.
#pragma once

#include "check.h"
#include "support.h"

// The DLL and its two entry points.
class Module {
  public:
    explicit Module(const WCHAR *path);
    // Unloads the DLL.
    void unload();
    // Calls the entry points, and some methods, with a checked stack pointer; says which has the wrong convention.
    void check_conventions();
    LPMSGSERVICEENTRY service_entry;
    MSPROVIDERINIT *provider_init;

  private:
    HMODULE module;
};

struct Session {
    IMSProvider *provider = nullptr;
    IMSLogon *logon = nullptr;
    IMsgStore *store = nullptr;
    Support *support = nullptr;
    // What the store says that it can do.
    ULONG mask = 0;
    // PR_STORE_RECORD_KEY of everything in it.
    Bytes record_key;
    // The folder of the witness below the IPM subtree.
    Ref<IMAPIFolder> folder;
    Bytes folder_id;
};

// Configures the service in the profile section, as control panel and profile do.
void configure(Module &module, Bag *section, const WCHAR *store_directory, const WCHAR *mail);
// Starts the provider and opens the store; `first` if the section has never seen a logon.
void open_session(Session &session, Module &module, Bag *section, bool first);
// Logs off and releases everything up to the provider.
void close_session(Session &session);

void call_provider(Session &session);
void call_logon(Session &session);
void call_status(Session &session);
void call_store(Session &session);
void call_folder(Session &session);
void call_message(Session &session);
void call_tables(Session &session);
void synchronize(Session &session);
// Wine's mapi32 on the objects of the provider, which has Wine's memory functions for this.
void second_opinion(Session &session);
// Wine's memory functions, or NULL without its mapi32.
const Allocator *wine_allocator();

// A message in a folder, saved, with a subject.
Bytes make_message(IMAPIFolder *folder, const WCHAR *subject);
// A property as bytes.
Bytes binary(IMAPIProp *object, ULONG tag);
inline LPENTRYID entry_id(const Bytes &bytes) {
    return bytes.empty() ? nullptr : reinterpret_cast<LPENTRYID>(const_cast<BYTE *>(bytes.data()));
}
// A list of one entry id, for the methods of folders.
struct EntryList : ENTRYLIST {
    explicit EntryList(const Bytes &id) : ENTRYLIST{1, &one}, one{ULONG(id.size()), const_cast<BYTE *>(id.data())} {}
    SBinary one;
};
// How many rows a folder's contents table has.
ULONG count_messages(IMAPIFolder *folder);
