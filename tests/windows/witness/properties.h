// The eleven methods that every object with properties has.
#pragma once

#include "session.h"

#include <cstring>

// What is behind an object, for what differs.
struct Traits {
    // PR_OBJECT_TYPE.
    ULONG type;
    // Whether properties can be written.
    bool writable;
    // PR_STORE_RECORD_KEY.
    const Bytes &store_key;
};

constexpr ULONG PR_WITNESS_TEXT = PROP_TAG(PT_UNICODE, 0x6801), PR_WITNESS_BYTES = PROP_TAG(PT_BINARY, 0x6802),
                PR_WITNESS_TEXTS = PROP_TAG(PT_MV_UNICODE, 0x6803);

template <class Interface>
void call_reading(Interface *object, const Traits &traits) {
    ULONG count = 0;
    Block<SPropValue> values;
    // Three tags in one order, one of them unknown: the answer has the same order.
    EXPECT(MAPI_W_ERRORS_RETURNED, object, GetProps, Tags{PR_OBJECT_TYPE, 0x6FFE0003, PR_STORE_RECORD_KEY}, 0, &count,
           values.out());
    if (CHECK(count == 3)) {
        CHECK(values.get()[0].ulPropTag == PR_OBJECT_TYPE && values.get()[0].Value.ul == traits.type);
        CHECK(values.get()[1].ulPropTag == 0x6FFE000A && values.get()[1].Value.err == MAPI_E_NOT_FOUND);
        CHECK(values.get()[2].ulPropTag == PR_STORE_RECORD_KEY && bytes_of(values.get()[2]) == traits.store_key);
    }
    Block<SPropTagArray> tags;
    EXPECT(S_OK, object, GetPropList, MAPI_UNICODE, tags.out());
    bool listed = false;
    for (ULONG i = 0; tags && i < tags->cValues; i++) listed = listed || tags->aulPropTag[i] == PR_OBJECT_TYPE;
    CHECK(listed);

    Block<MAPIERROR> error;
    EXPECT(S_OK, object, GetLastError, MAPI_E_NOT_FOUND, MAPI_UNICODE, error.out());
    CHECK(!error || error->ulVersion == MAPI_ERROR_VERSION);

    // A name that nobody has used has no id, unless it is created.
    MAPINAMEID name = {const_cast<GUID *>(&ids::PS_PUBLIC_STRINGS), MNID_STRING, {}};
    name.Kind.lpwstrName = const_cast<WCHAR *>(L"nobody-has-used-this");
    MAPINAMEID *names = &name;
    EXPECT(MAPI_W_ERRORS_RETURNED, object, GetIDsFromNames, 1, &names, 0, tags.out());
    if (CHECK(bool(tags))) CHECK(tags->cValues == 1 && tags->aulPropTag[0] == PT_ERROR);
    name.Kind.lpwstrName = const_cast<WCHAR *>(L"witness");
    if (traits.writable) {
        EXPECT(S_OK, object, GetIDsFromNames, 1, &names, MAPI_CREATE, tags.out());
        if (!CHECK(tags && tags->cValues == 1 && tags->aulPropTag[0] >= 0x80000000)) return;
        ULONG name_count = 0;
        Block<LPMAPINAMEID> found;
        LPSPropTagArray list = tags.get();
        EXPECT(S_OK, object, GetNamesFromIDs, &list, nullptr, 0, &name_count, found.out());
        if (CHECK(name_count == 1 && found)) {
            CHECK(*found.get()[0]->lpguid == ids::PS_PUBLIC_STRINGS);
            CHECK(found.get()[0]->ulKind == MNID_STRING);
            CHECK(wcscmp(found.get()[0]->Kind.lpwstrName, L"witness") == 0);
        }
    } else {
        ULONG name_count = 7;
        Block<LPMAPINAMEID> found;
        LPSPropTagArray none = nullptr;
        EXPECT(S_OK, object, GetNamesFromIDs, &none, const_cast<GUID *>(&ids::PS_PUBLIC_STRINGS), MAPI_NO_IDS,
               &name_count, found.out());
        CHECK(name_count != 7);
        Block<SPropTagArray> owned;
        *owned.out() = none;
    }
}

// What MAPI was handed of the last copy that the provider left to it.
inline void check_left(Session &session, IMAPIProp *destination, ULONG_PTR window, ULONG flags) {
    if (!CHECK(session.support->left.size() == 1)) return;
    const Support::Left left = session.support->left[0];
    session.support->left.clear();
    CHECK(left.destination == destination && left.window == window && left.flags == flags);
    // The source has the interface that it is said to have.
    Ref<IUnknown> source;
    expect(S_OK, static_cast<IUnknown *>(left.source)->QueryInterface(left.source_iid, source.any()), "QueryInterface");
    CHECK(static_cast<void *>(source) == left.source);
}

template <class Interface>
void call_writing(Session &session, Interface *object) {
    const Bytes bytes = {1, 2, 3, 0, 5};
    const WCHAR *texts[] = {L"one", L"two"};
    SPropValue given[] = {text_value(PR_WITNESS_TEXT, L"Zeuge \x00DF\x4E2D"), bytes_value(PR_WITNESS_BYTES, bytes),
                          long_value(PR_OBJECT_TYPE, 99), {}};
    given[3].ulPropTag = PR_WITNESS_TEXTS;
    given[3].Value.MVszW = {2, const_cast<LPWSTR *>(texts)};
    Block<SPropProblemArray> problems;
    EXPECT(S_OK, object, SetProps, 4, given, problems.out());
    if (CHECK(bool(problems)) && CHECK(problems->cProblem == 1)) {
        CHECK(problems->aProblem[0].ulIndex == 2);
        CHECK(problems->aProblem[0].ulPropTag == PR_OBJECT_TYPE);
        CHECK(problems->aProblem[0].scode == MAPI_E_COMPUTED);
    }
    {
        Values values(object, Tags{PR_WITNESS_TEXTS, PR_WITNESS_BYTES, PR_WITNESS_TEXT});
        CHECK(same_text(values[PR_WITNESS_TEXT], L"Zeuge \x00DF\x4E2D"));
        CHECK(bytes_of(values[PR_WITNESS_BYTES]) == bytes);
        const SWStringArray &list = values[PR_WITNESS_TEXTS].Value.MVszW;
        CHECK(list.cValues == 2 && wcscmp(list.lppszW[1], L"two") == 0);
    }
    EXPECT(S_OK, object, SaveChanges, KEEP_OPEN_READWRITE);

    // A copy to another provider's object is MAPI's work, with everything that the client passed.
    Ref<Bag> bag(new Bag);
    session.support->left.clear();
    EXPECT(S_OK, object, CopyProps, Tags{PR_WITNESS_BYTES}, 0x1234, nullptr, &ids::IID_IProfSect,
           static_cast<IProfSect *>(bag), MAPI_NOREPLACE, problems.out());
    check_left(session, bag, 0x1234, MAPI_NOREPLACE);
    CHECK(bag->properties.size() == 1 && bag->bytes(PR_WITNESS_BYTES) == bytes);
    EXPECT(S_OK, object, CopyTo, 0, nullptr, Tags{PR_WITNESS_BYTES}, 0x1235, nullptr, &ids::IID_IMAPIProp,
           static_cast<IMAPIProp *>(bag), 0, problems.out());
    check_left(session, bag, 0x1235, 0);
    CHECK(bag->has(PR_WITNESS_TEXT) && bag->text(PR_WITNESS_TEXT) == L"Zeuge \x00DF\x4E2D");
    CHECK(bag->count() == 1);

    EXPECT(S_OK, object, DeleteProps, Tags{PR_WITNESS_BYTES, PR_WITNESS_TEXTS}, problems.out());
    CHECK(!problems);
    Values values(object, Tags{PR_WITNESS_BYTES, PR_WITNESS_TEXT}, MAPI_W_ERRORS_RETURNED);
    CHECK(values[PR_WITNESS_BYTES].ulPropTag == 0);
    CHECK(same_text(values[PR_WITNESS_TEXT], L"Zeuge \x00DF\x4E2D"));

    Ref<IStream> stream;
    EXPECT(S_OK, object, OpenProperty, PR_WITNESS_BYTES, &IID_IStream, STGM_READWRITE, MAPI_CREATE | MAPI_MODIFY,
           stream.unknown());
    if (CHECK(stream != nullptr)) {
        ULONG written = 0;
        EXPECT(S_OK, stream, Write, "stream", 6, &written);
        CHECK(written == 6);
        EXPECT(S_OK, stream, Commit, 0);
        CHECK(stream.reset() == 0);
        Values values(object, Tags{PR_WITNESS_BYTES});
        CHECK(bytes_of(values[PR_WITNESS_BYTES]) == Bytes({'s', 't', 'r', 'e', 'a', 'm'}));
    }
}

// Asks for another interface of an object, counts references on the way, and gives it back.
template <class Interface>
void call_unknown(Interface *object, REFIID other) {
    reached(interface_name(object), "AddRef");
    reached(interface_name(object), "Release");
    const ULONG before = object->AddRef();
    Ref<IUnknown> found, identity, again;
    EXPECT(S_OK, object, QueryInterface, other, found.any());
    if (!CHECK(found != nullptr)) return;
    EXPECT(S_OK, object, QueryInterface, IID_IUnknown, identity.any());
    expect(S_OK, found->QueryInterface(IID_IUnknown, again.any()), "QueryInterface");
    CHECK(static_cast<IUnknown *>(identity) == static_cast<IUnknown *>(again));
    void *none = object;
    EXPECT(MAPI_E_INTERFACE_NOT_SUPPORTED, object, QueryInterface, ids::IID_IABContainer, &none);
    CHECK(none == nullptr);
    found.reset(), identity.reset(), again.reset();
    CHECK(object->Release() == before - 1);
}
