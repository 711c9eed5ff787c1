// The entry points: found by their undecorated names, called by the conventions of the headers.
#include "session.h"

#include <cstring>

namespace {

#ifdef __i386__

// What a call did: its result, and how many bytes of its arguments the callee took off the stack.
struct Called {
    HRESULT code;
    int popped;
};

// Calls a function with 32-bit arguments and looks at the stack pointer before and after.
Called call_watched(void *function, const uint32_t *arguments, int count) {
    Called called;
    asm volatile(
        "movl %%esp, %%esi\n\t"
        "movl %[count], %%ecx\n"
        "1:\n\t"
        "testl %%ecx, %%ecx\n\t"
        "jz 2f\n\t"
        "decl %%ecx\n\t"
        "pushl (%%ebx,%%ecx,4)\n\t"
        "jmp 1b\n"
        "2:\n\t"
        "movl %%esp, %%ebx\n\t"
        "call *%%edi\n\t"
        "movl %%esp, %%ecx\n\t"
        "subl %%ebx, %%ecx\n\t"
        "movl %%esi, %%esp\n\t"
        : "=a"(called.code), "=&c"(called.popped), "+b"(arguments)
        : [count] "m"(count), "D"(function)
        : "edx", "esi", "memory", "cc");
    return called;
}

enum class Convention { cdecl_, stdcall_ };

template <class... Arguments>
HRESULT watched(const char *name, Convention convention, void *function, Arguments... arguments) {
    const uint32_t list[] = {uint32_t(arguments)...};
    const int size = sizeof list;
    const Called called = call_watched(function, list, int(sizeof...(arguments)));
    const int expected = convention == Convention::cdecl_ ? 0 : size;
    check(called.popped == expected, "convention of %s: it took %d bytes off the stack instead of %d, so it is not %s",
          name, called.popped, expected, convention == Convention::cdecl_ ? "__cdecl" : "__stdcall");
    return called.code;
}

// The function in a slot of an object.
void *slot(void *object, int number) { return (*static_cast<void ***>(object))[number]; }

#endif

}  // namespace

Module::Module(const WCHAR *path) {
    Topic topic("loading");
    module = LoadLibraryW(path);
    if (!check(module != nullptr, "the DLL was not loaded: error %lu", GetLastError()))
        need(MAPI_E_NOT_FOUND, "LoadLibrary");
    auto find = [&](const char *name) {
        auto found = reinterpret_cast<void *>(GetProcAddress(module, name));
        if (!check(found != nullptr, "the DLL exports no %s", name)) need(MAPI_E_NOT_FOUND, "GetProcAddress");
        return found;
    };
    provider_init = reinterpret_cast<MSPROVIDERINIT *>(find("MSProviderInit"));
    service_entry = reinterpret_cast<LPMSGSERVICEENTRY>(find("ServiceEntry"));
}

void Module::unload() {
    Topic topic("unloading");
    CHECK(FreeLibrary(module));
    CHECK(GetModuleHandleW(L"bcryptprimitives.dll") != module);
}

void Module::check_conventions() {
    Topic topic("calling conventions");
#ifdef __i386__
    const unsigned before = failures();
    // INSTALL asks for nothing, so it needs no support object. 10 arguments, as in mapispi.h.
    MAPIERROR *error = reinterpret_cast<MAPIERROR *>(-1);
    expect(S_OK,
           watched("ServiceEntry", Convention::stdcall_, reinterpret_cast<void *>(service_entry), 0, 0, 0, 0, 0,
                   MSG_SERVICE_INSTALL, 0, 0, 0, &error),
           "ServiceEntry");
    CHECK(error == nullptr);

    ULONG version = 0;
    IMSProvider *provider = nullptr;
    const HRESULT code = watched("MSProviderInit", Convention::cdecl_, reinterpret_cast<void *>(provider_init), 0, 0,
                                 memory->allocate, memory->more, memory->free, 0, CURRENT_SPI_VERSION, &version,
                                 &provider);
    need(code, "MSProviderInit");
    CHECK(version == CURRENT_SPI_VERSION);

    // Methods take their object as the first argument on the stack.
    void *unknown = nullptr;
    const auto method = Convention::stdcall_;
    expect(S_OK, watched("IUnknown::QueryInterface", method, slot(provider, 0), provider, &IID_IUnknown, &unknown),
           "QueryInterface");
    CHECK(unknown != nullptr);
    CHECK(watched("IUnknown::AddRef", method, slot(provider, 1), provider) == 3);
    CHECK(watched("IUnknown::Release", method, slot(provider, 2), provider) == 2);
    CHECK(watched("IUnknown::Release", method, slot(unknown, 2), unknown) == 1);
    ULONG result = 7;
    watched("IMSProvider::CompareStoreIDs", method, slot(provider, 6), provider, 0, 0, 0, 0, 0, &result);
    ULONG flags = 0;
    expect(S_OK, watched("IMSProvider::Shutdown", method, slot(provider, 3), provider, &flags), "Shutdown");
    CHECK(watched("IUnknown::Release", method, slot(provider, 2), provider) == 0);
    // After a wrong convention ordinary calls would only crash.
    need(failures() == before ? S_OK : MAPI_E_CALL_FAILED, "the entry points by their conventions");
#endif
}

void configure(Module &module, Bag *section, const WCHAR *store_directory, const WCHAR *mail) {
    Topic topic("ServiceEntry");
    Ref<Support> support(new Support(section));
    auto entry = [&](ULONG flags, ULONG context, ULONG count, LPSPropValue values, LPMAPIERROR *error) {
        return module.service_entry(nullptr, nullptr, support, 0, flags, context, count, values, nullptr, error);
    };
    Block<MAPIERROR> error;
    // Nothing is configured yet and no dialog is allowed.
    expect(MAPI_E_UNCONFIGURED, entry(MAPI_UNICODE, MSG_SERVICE_CREATE, 0, nullptr, error.out()), "CREATE");
    if (CHECK(bool(error))) {
        CHECK(error->ulVersion == MAPI_ERROR_VERSION);
        CHECK(wcslen(error->lpszError) > 0);
        CHECK(wcslen(error->lpszComponent) > 0);
    }
    CHECK(section->properties.empty());
    expect(MAPI_E_NO_SUPPORT, entry(MAPI_UNICODE, MSG_SERVICE_PROVIDER_CREATE, 0, nullptr, error.out()),
           "PROVIDER_CREATE");

    // The directories of the store and of the log, and the setting of the default spec.
    SPropValue settings[] = {text_value(0x6602001F, store_directory), text_value(0x6603001F, store_directory),
                             text_value(0x6610001F, mail)};
    expect(S_OK, entry(MAPI_UNICODE, MSG_SERVICE_CONFIGURE, 3, settings, error.out()), "CONFIGURE");
    CHECK(!error);
    CHECK(section->text(0x6602001F) == store_directory);
    CHECK(section->text(0x6610001F) == mail);
    expect(S_OK, entry(MAPI_UNICODE, MSG_SERVICE_CREATE, 0, nullptr, error.out()), "CREATE again");
    expect(S_OK, entry(MAPI_UNICODE, MSG_SERVICE_DELETE, 0, nullptr, error.out()), "DELETE");
    // A support object for configuration must not be kept.
    CHECK(support->count() == 1);
}

void open_session(Session &session, Module &module, Bag *section, bool first) {
    Topic topic("logon");
    ULONG version = 0;
    const HRESULT old = module.provider_init(nullptr, nullptr, memory->allocate, memory->more, memory->free, 0,
                                             CURRENT_SPI_VERSION - 1, &version, &session.provider);
    expect(MAPI_E_VERSION, old, "MSProviderInit for an old MAPI");
    CHECK(version == CURRENT_SPI_VERSION);
    CHECK(session.provider == nullptr);
    need(module.provider_init(nullptr, nullptr, memory->allocate, memory->more, memory->free, 0, CURRENT_SPI_VERSION,
                              &version, &session.provider),
         "MSProviderInit");

    session.support = new Support(section);
    const Bytes id = first ? Bytes() : unwrapped(section->bytes(PR_ENTRYID));
    ULONG spool_size = 0;
    Block<BYTE> spool;
    Block<MAPIERROR> error;
    WCHAR profile[] = L"Witness";
    need(CALL(session.provider, Logon, session.support, 0, profile, ULONG(id.size()), entry_id(id),
              MAPI_UNICODE | MDB_WRITE | MDB_NO_DIALOG, &ids::IID_IMsgStore, &spool_size, spool.out(), error.out(),
              &session.logon, &session.store),
         "IMSProvider::Logon");
    CHECK(session.logon != nullptr && session.store != nullptr);
    CHECK(!error);

    // What the provider has told MAPI by then.
    CHECK(session.support->provider_uids.size() == 1);
    CHECK(session.support->profile_changes == 1);
    CHECK(session.support->status_row.count(PR_STATUS_CODE) == 1);
    CHECK(section->has(PR_DISPLAY_NAME) && section->has(PR_RECORD_KEY) && section->has(PR_PROVIDER_DISPLAY));
    const Bytes private_id = unwrapped(section->bytes(PR_ENTRYID));
    if (CHECK(private_id.size() > 20)) CHECK(first || private_id == id);

    Values values(session.store, Tags{PR_STORE_SUPPORT_MASK, PR_ENTRYID, PR_OBJECT_TYPE, PR_RECORD_KEY});
    session.mask = values[PR_STORE_SUPPORT_MASK].Value.ul;
    CHECK(values[PR_OBJECT_TYPE].Value.ul == MAPI_STORE);
    CHECK(bytes_of(values[PR_ENTRYID]) == section->bytes(PR_ENTRYID));
    session.record_key = bytes_of(values[PR_RECORD_KEY]);
    CHECK(session.record_key.size() >= 16 && session.record_key == section->bytes(PR_RECORD_KEY));
}

void close_session(Session &session) {
    Topic topic("logoff");
    session.folder.reset();
    ULONG flags = LOGOFF_ORDERLY;
    EXPECT(S_OK, session.store, StoreLogoff, &flags);
    CHECK(session.support->subscriptions() == 0);
    CHECK(session.support->transport_logoffs.empty());
    reached("IMsgStore", "Release");
    CHECK(session.store->Release() == 0);
    // The last reference ends the store: the transports hear the flags, the support object is given back.
    CHECK(session.support->transport_logoffs == std::vector<ULONG>{LOGOFF_ORDERLY});
    CHECK(session.support->count() == 1);
    session.support->Release();

    flags = 0;
    EXPECT(S_OK, session.logon, Logoff, &flags);
    reached("IMSLogon", "Release");
    CHECK(session.logon->Release() == 0);
    // A fast shutdown, though the process goes on: first the question, which call_provider asks, then these.
    Ref<IMAPIProviderShutdown> shutdown;
    EXPECT(S_OK, session.provider, QueryInterface, ids::IID_IMAPIProviderShutdown, shutdown.any());
    if (CHECK(shutdown != nullptr)) {
        EXPECT(S_OK, shutdown, NotifyProcessShutdown);
        EXPECT(S_OK, shutdown, DoFastShutdown);
    }
    shutdown.reset();
    flags = 0;
    EXPECT(S_OK, session.provider, Shutdown, &flags);
    reached("IMSProvider", "Release");
    CHECK(session.provider->Release() == 0);
}
