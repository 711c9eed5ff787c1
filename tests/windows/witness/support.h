// What MAPI does for a provider, written from mapispi.h: the support object, the profile, the notification engine.
#pragma once

#include "values.h"

#include <set>

// A sink that records.
class Sink : public Object<IMAPIAdviseSink> {
  public:
    struct Event {
        ULONG type = 0;
        ULONG object_type = 0;
        ULONG table_event = 0;
        Bytes entry_id, parent, old_entry_id, old_parent;
        Stored index, prior;
        ULONG columns = 0;
    };
    // The events so far, of one type.
    std::vector<Event> of(ULONG type);
    void clear();
    ULONG STDMETHODCALLTYPE OnNotify(ULONG count, LPNOTIFICATION notifications) override;

  protected:
    bool answers(REFIID iid) override { return iid == ids::IID_IMAPIAdviseSink || iid == IID_IUnknown; }

  private:
    std::vector<Event> events;
};

// A progress display that only counts.
class ProgressDisplay : public Object<IMAPIProgress> {
  public:
    HRESULT STDMETHODCALLTYPE Progress(ULONG value, ULONG count, ULONG total) override;
    HRESULT STDMETHODCALLTYPE GetFlags(ULONG *flags) override;
    HRESULT STDMETHODCALLTYPE GetMax(ULONG *maximum) override;
    HRESULT STDMETHODCALLTYPE GetMin(ULONG *minimum) override;
    HRESULT STDMETHODCALLTYPE SetLimits(LPULONG minimum, LPULONG maximum, LPULONG flags) override;
    // A display for a part of an operation says between which values that part lies.
    bool top_level = true;
    // The last report.
    ULONG value = 0, done = 0, total = 0;

  protected:
    bool answers(REFIID iid) override { return iid == ids::IID_IMAPIProgress || iid == IID_IUnknown; }
};

// A folder of another provider: nothing but an address, for what a provider leaves to MAPI.
class ForeignFolder : public Object<IMAPIFolder> {
  public:
#define REFUSE { return MAPI_E_NO_SUPPORT; }
    MAPI_IMAPIPROP_METHODS(override REFUSE)
    MAPI_IMAPICONTAINER_METHODS(override REFUSE)
    MAPI_IMAPIFOLDER_METHODS(override REFUSE)

  protected:
    bool answers(REFIID iid) override {
        return iid == ids::IID_IMAPIFolder || iid == ids::IID_IMAPIContainer || iid == ids::IID_IMAPIProp ||
               iid == IID_IUnknown;
    }
};

// The methods that a message store has no business with, and those of others.
struct SupportMethods : Object<IMAPISupport> {
    MAPI_IMAPISUPPORT_METHODS1(override REFUSE)
    MAPI_IMAPISUPPORT_METHODS2(override REFUSE)
    MAPI_IMAPISUPPORT_METHODS3(override REFUSE)
};

class Support : public SupportMethods {
  public:
    explicit Support(Bag *section) : section(section) { section->AddRef(); }
    ~Support() override { section->Release(); }

    // What the provider did.
    std::map<ULONG, Stored> status_row;
    std::vector<MAPIUID> provider_uids;
    unsigned profile_changes = 0;
    std::vector<ULONG> spooler_flags;
    std::vector<ULONG> transport_logoffs;
    // What the provider left to MAPI, to be compared with what the client had passed.
    struct Left {
        IID source_iid, destination_iid;
        LPVOID source, destination;
        LPENTRYLIST messages;
        Bytes entry_id;
        std::wstring name;
        ULONG_PTR window;
        LPMAPIPROGRESS progress;
        ULONG flags;
    };
    std::vector<Left> left;
    size_t subscriptions();
    // What DoProgressDialog gives away; none while this is NULL.
    ProgressDisplay *display = nullptr;

    HRESULT STDMETHODCALLTYPE GetMemAllocRoutines(LPALLOCATEBUFFER *, LPALLOCATEMORE *, LPFREEBUFFER *) override;
    HRESULT STDMETHODCALLTYPE Subscribe(LPNOTIFKEY, ULONG, ULONG, LPMAPIADVISESINK, ULONG_PTR *) override;
    HRESULT STDMETHODCALLTYPE Unsubscribe(ULONG_PTR) override;
    HRESULT STDMETHODCALLTYPE Notify(LPNOTIFKEY, ULONG, LPNOTIFICATION, ULONG *) override;
    HRESULT STDMETHODCALLTYPE ModifyStatusRow(ULONG, LPSPropValue, ULONG) override;
    HRESULT STDMETHODCALLTYPE OpenProfileSection(LPMAPIUID, ULONG, LPPROFSECT *) override;
    HRESULT STDMETHODCALLTYPE NewUID(LPMAPIUID) override;
    HRESULT STDMETHODCALLTYPE SpoolerNotify(ULONG, LPVOID) override;
    HRESULT STDMETHODCALLTYPE SetProviderUID(LPMAPIUID, ULONG) override;
    HRESULT STDMETHODCALLTYPE CopyMessages(LPCIID, LPVOID, LPENTRYLIST, LPCIID, LPVOID, ULONG_PTR, LPMAPIPROGRESS,
                                           ULONG) override;
    HRESULT STDMETHODCALLTYPE CopyFolder(LPCIID, LPVOID, ULONG, LPENTRYID, LPCIID, LPVOID, LPTSTR, ULONG_PTR,
                                         LPMAPIPROGRESS, ULONG) override;
    HRESULT STDMETHODCALLTYPE DoCopyTo(LPCIID, LPVOID, ULONG, LPCIID, LPSPropTagArray, ULONG_PTR, LPMAPIPROGRESS,
                                       LPCIID, LPVOID, ULONG, LPSPropProblemArray *) override;
    HRESULT STDMETHODCALLTYPE DoCopyProps(LPCIID, LPVOID, LPSPropTagArray, ULONG_PTR, LPMAPIPROGRESS, LPCIID, LPVOID,
                                          ULONG, LPSPropProblemArray *) override;
    HRESULT STDMETHODCALLTYPE DoProgressDialog(ULONG_PTR, ULONG, LPMAPIPROGRESS *) override;
    HRESULT STDMETHODCALLTYPE PrepareSubmit(LPMESSAGE, ULONG *) override;
    HRESULT STDMETHODCALLTYPE ExpandRecips(LPMESSAGE, ULONG *) override;
    HRESULT STDMETHODCALLTYPE StoreLogoffTransports(ULONG *) override;
    HRESULT STDMETHODCALLTYPE WrapStoreEntryID(ULONG, LPENTRYID, ULONG *, LPENTRYID *) override;
    HRESULT STDMETHODCALLTYPE ModifyProfile(ULONG) override;

  protected:
    bool answers(REFIID iid) override { return iid == ids::IID_IMAPISup || iid == IID_IUnknown; }

  private:
    struct Subscription {
        Bytes key;
        ULONG mask;
        Ref<IMAPIAdviseSink> sink;
    };
    Bag *section;
    std::map<ULONG_PTR, Subscription> table;
    ULONG_PTR next = first_connection;
    // Beyond 32 bits where a pointer has 64: a connection that is cut on its way is not found again.
    static constexpr ULONG_PTR first_connection = sizeof(void *) == 8 ? ULONG_PTR(0x1234567890ull) : 0x12345678;
};

// The private entry id inside one that WrapStoreEntryID made.
Bytes unwrapped(const Bytes &wrapped);
