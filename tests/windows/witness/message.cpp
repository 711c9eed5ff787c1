// IMessage, IAttach, IStream and IMAPIProp as an interface of its own.
#include "properties.h"

namespace {

// -- recipients ---------------------------------------------------------------------------------------------------

ULONG rows_of(IMAPITable *table) {
    ULONG rows = 0;
    if (table) EXPECT(S_OK, table, GetRowCount, 0, &rows);
    return rows;
}

void recipients(IMessage *message) {
    SPropValue ann[] = {text_value(PR_DISPLAY_NAME, L"Ann"), text_value(PR_EMAIL_ADDRESS, L"ann@example.com"),
                        text_value(PR_ADDRTYPE, L"SMTP"), long_value(PR_RECIPIENT_TYPE, MAPI_TO)};
    SPropValue bob[] = {text_value(PR_DISPLAY_NAME, L"Bob"), text_value(PR_EMAIL_ADDRESS, L"bob@example.com"),
                        text_value(PR_ADDRTYPE, L"SMTP"), long_value(PR_RECIPIENT_TYPE, MAPI_CC)};
    SizedADRLIST(2, both) = {2, {{0, 4, ann}, {0, 4, bob}}};
    EXPECT(S_OK, message, ModifyRecipients, 0, reinterpret_cast<LPADRLIST>(&both));
    Ref<IMAPITable> table;
    EXPECT(S_OK, message, GetRecipientTable, MAPI_UNICODE, table.out());
    CHECK(rows_of(table) == 2);
    EXPECT(S_OK, table, SetColumns, Tags{PR_ROWID, PR_DISPLAY_NAME}, 0);
    Block<SRowSet> rows;
    EXPECT(S_OK, table, QueryRows, 10, 0, rows.out());
    LONG bob_id = -1;
    for (ULONG i = 0; rows && i < rows->cRows; i++) {
        if (same_text(rows->aRow[i].lpProps[1], L"Bob")) bob_id = rows->aRow[i].lpProps[0].Value.l;
        memory->free(rows->aRow[i].lpProps);
    }
    SPropValue gone[] = {long_value(PR_ROWID, bob_id)};
    SizedADRLIST(1, one) = {1, {{0, 1, gone}}};
    EXPECT(S_OK, message, ModifyRecipients, MODRECIP_REMOVE, reinterpret_cast<LPADRLIST>(&one));
    table.reset();
    EXPECT(S_OK, message, GetRecipientTable, MAPI_UNICODE, table.out());
    CHECK(rows_of(table) == 1);
}

// -- streams ------------------------------------------------------------------------------------------------------

void streams(IAttach *attachment) {
    Ref<IStream> held;
    EXPECT(S_OK, attachment, OpenProperty, PR_ATTACH_DATA_BIN, &IID_IStream, STGM_READWRITE, MAPI_CREATE | MAPI_MODIFY,
           held.unknown());
    if (!CHECK(held != nullptr)) return;
    IStream *stream = held;
    reached("IStream", "AddRef");
    reached("IStream", "Release");
    CHECK(stream->AddRef() == 2);
    CHECK(stream->Release() == 1);
    Ref<ISequentialStream> sequential;
    EXPECT(S_OK, stream, QueryInterface, IID_ISequentialStream, sequential.any());
    sequential.reset();

    const char text[] = "0123456789abcdef";
    ULONG moved = 0;
    EXPECT(S_OK, stream, Write, text, 16, &moved);
    CHECK(moved == 16);
    ULARGE_INTEGER place = {}, read = {}, written = {};
    LARGE_INTEGER distance = {};
    distance.QuadPart = -6;
    EXPECT(S_OK, stream, Seek, distance, STREAM_SEEK_END, &place);
    CHECK(place.QuadPart == 10);
    char buffer[32] = {};
    EXPECT(S_OK, stream, Read, buffer, 4, &moved);
    CHECK(moved == 4 && memcmp(buffer, "abcd", 4) == 0);

    ULARGE_INTEGER size = {};
    size.QuadPart = 12;
    EXPECT(S_OK, stream, SetSize, size);
    STATSTG about = {};
    EXPECT(S_OK, stream, Stat, &about, STATFLAG_NONAME);
    CHECK(about.cbSize.QuadPart == 12 && about.type == STGTY_STREAM && about.pwcsName == nullptr);

    // A stream of Wine's ole32 takes the copy.
    distance.QuadPart = 2;
    EXPECT(S_OK, stream, Seek, distance, STREAM_SEEK_SET, nullptr);
    Ref<IStream> copy;
    need(CreateStreamOnHGlobal(nullptr, TRUE, copy.out()), "CreateStreamOnHGlobal");
    size.QuadPart = 5;
    EXPECT(S_OK, stream, CopyTo, copy, size, &read, &written);
    CHECK(read.QuadPart == 5 && written.QuadPart == 5);
    distance.QuadPart = 0;
    copy->Seek(distance, STREAM_SEEK_SET, nullptr);
    memset(buffer, 0, sizeof buffer);
    copy->Read(buffer, sizeof buffer, &moved);
    CHECK(moved == 5 && memcmp(buffer, "23456", 5) == 0);

    // The clone has a position of its own.
    Ref<IStream> clone;
    const HRESULT cloned = CALL(stream, Clone, clone.out());
    if (cloned == S_OK) {
        EXPECT(S_OK, clone, Read, buffer, 2, &moved);
        CHECK(moved == 2 && memcmp(buffer, "78", 2) == 0);
        EXPECT(S_OK, stream, Read, buffer, 1, &moved);
        CHECK(moved == 1 && buffer[0] == '7');
    } else {
        expect(STG_E_INVALIDFUNCTION, cloned, "stream->Clone");
        CHECK(clone == nullptr);
    }
    clone.reset();
    EXPECT(STG_E_INVALIDFUNCTION, stream, LockRegion, place, size, LOCK_WRITE);
    EXPECT(STG_E_INVALIDFUNCTION, stream, UnlockRegion, place, size, LOCK_WRITE);
    EXPECT(S_OK, stream, Revert);
    EXPECT(S_OK, stream, Commit, STGC_DEFAULT);
    CHECK(held.reset() == 0);
}

// -- attachments --------------------------------------------------------------------------------------------------

void attachments(Session &session, IMessage *message) {
    ULONG first = ~0u, second = ~0u;
    {
        Ref<IAttach> held;
        EXPECT(S_OK, message, CreateAttach, nullptr, 0, &first, held.out());
        if (!CHECK(held != nullptr)) return;
        IAttach *attachment = held;
        const Traits traits = {MAPI_ATTACH, true, session.record_key};
        SPropValue values[] = {long_value(PR_ATTACH_METHOD, ATTACH_BY_VALUE),
                               text_value(PR_ATTACH_LONG_FILENAME, L"proof.txt")};
        EXPECT(S_OK, attachment, SetProps, 2, values, nullptr);
        call_unknown(attachment, ids::IID_IMAPIProp);
        call_reading(attachment, traits);
        call_writing(session, attachment);
        streams(attachment);
        EXPECT(S_OK, attachment, SaveChanges, KEEP_OPEN_READONLY);
    }
    {
        Ref<IAttach> attachment;
        EXPECT(S_OK, message, CreateAttach, &ids::IID_IAttachment, 0, &second, attachment.out());
        CHECK(second != first);
        SPropValue method = long_value(PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG);
        EXPECT(S_OK, attachment, SetProps, 1, &method, nullptr);
        Ref<IMessage> embedded;
        EXPECT(S_OK, attachment, OpenProperty, PR_ATTACH_DATA_OBJ, &ids::IID_IMessage, 0, MAPI_CREATE | MAPI_MODIFY,
               embedded.unknown());
        if (CHECK(embedded != nullptr)) {
            SPropValue values[] = {text_value(PR_SUBJECT, L"inside"), text_value(PR_MESSAGE_CLASS, L"IPM.Note")};
            EXPECT(S_OK, embedded, SetProps, 2, values, nullptr);
            EXPECT(S_OK, embedded, SaveChanges, KEEP_OPEN_READONLY);
        }
        embedded.reset();
        EXPECT(S_OK, attachment, SaveChanges, KEEP_OPEN_READONLY);
    }
    EXPECT(S_OK, message, SaveChanges, KEEP_OPEN_READWRITE);
    Ref<IMAPITable> table;
    EXPECT(S_OK, message, GetAttachmentTable, MAPI_UNICODE, table.out());
    CHECK(rows_of(table) == 2);

    Ref<IAttach> again;
    EXPECT(S_OK, message, OpenAttach, first, nullptr, MAPI_BEST_ACCESS, again.out());
    if (CHECK(again != nullptr)) {
        Values values(again, Tags{PR_ATTACH_NUM, PR_ATTACH_LONG_FILENAME, PR_ATTACH_DATA_BIN});
        CHECK(values[PR_ATTACH_NUM].Value.ul == first);
        CHECK(same_text(values[PR_ATTACH_LONG_FILENAME], L"proof.txt"));
        CHECK(values[PR_ATTACH_DATA_BIN].Value.bin.cb == 12);
    }
    again.reset();
    EXPECT(S_OK, message, OpenAttach, second, nullptr, 0, again.out());
    Ref<IMessage> embedded;
    EXPECT(S_OK, again, OpenProperty, PR_ATTACH_DATA_OBJ, &ids::IID_IMessage, 0, 0, embedded.unknown());
    if (CHECK(embedded != nullptr)) {
        Values values(embedded, Tags{PR_SUBJECT});
        CHECK(same_text(values[PR_SUBJECT], L"inside"));
    }
    embedded.reset(), again.reset();

    EXPECT(S_OK, message, DeleteAttach, second, 0, nullptr, 0);
    EXPECT(S_OK, message, SaveChanges, KEEP_OPEN_READWRITE);
    EXPECT(MAPI_E_NOT_FOUND, message, OpenAttach, second, nullptr, 0, again.out());
}

// -- IMAPIProp ----------------------------------------------------------------------------------------------------

void only_properties(Session &session, IMessage *message) {
    Ref<IMAPIProp> held;
    EXPECT(S_OK, message, QueryInterface, ids::IID_IMAPIProp, held.any());
    if (!CHECK(held != nullptr)) return;
    IMAPIProp *object = held;
    const Traits traits = {MAPI_MESSAGE, true, session.record_key};
    call_unknown(object, ids::IID_IMessage);
    call_reading(object, traits);
    call_writing(session, object);
}

// A message to another message of the same store: no work for MAPI, so with recipients and attachments.
void copies(Session &session, IMessage *message) {
    Ref<IMessage> copy;
    EXPECT(S_OK, session.folder, CreateMessage, &ids::IID_IMessage, 0, copy.out());
    Block<SPropProblemArray> problems;
    EXPECT(S_OK, message, CopyTo, 0, nullptr, nullptr, 0, nullptr, &ids::IID_IMessage, static_cast<IMessage *>(copy), 0,
           problems.out());
    EXPECT(S_OK, copy, SaveChanges, KEEP_OPEN_READWRITE);
    Ref<IMAPITable> table;
    EXPECT(S_OK, copy, GetAttachmentTable, 0, table.out());
    CHECK(rows_of(table) == 1);
    table.reset();
    EXPECT(S_OK, copy, GetRecipientTable, 0, table.out());
    CHECK(rows_of(table) == 1);
    EXPECT(MAPI_E_NO_ACCESS, message, CopyTo, 0, nullptr, nullptr, 0, nullptr, &ids::IID_IMessage, message, 0, nullptr);
    const Bytes id = binary(copy, PR_ENTRYID);
    table.reset(), copy.reset();
    EntryList list(id);
    EXPECT(S_OK, session.folder, DeleteMessages, &list, 0, nullptr, 0);
}

}  // namespace

void call_message(Session &session) {
    Topic topic("IMessage");
    Ref<IMessage> held;
    EXPECT(S_OK, session.folder, CreateMessage, nullptr, 0, held.out());
    if (!CHECK(held != nullptr)) return;
    IMessage *message = held;
    const Traits traits = {MAPI_MESSAGE, true, session.record_key};
    SPropValue values[] = {text_value(PR_SUBJECT, L"RE: proof"), text_value(PR_MESSAGE_CLASS, L"IPM.Note"),
                           text_value(PR_BODY, L"The body.")};
    EXPECT(S_OK, message, SetProps, 3, values, nullptr);
    EXPECT(S_OK, message, SaveChanges, KEEP_OPEN_READWRITE);
    {
        Values found(message, Tags{PR_SUBJECT_PREFIX, PR_NORMALIZED_SUBJECT});
        CHECK(same_text(found[PR_SUBJECT_PREFIX], L"RE: ") && same_text(found[PR_NORMALIZED_SUBJECT], L"proof"));
    }
    call_unknown(message, ids::IID_IMAPIProp);
    call_reading(message, traits);
    call_writing(session, message);
    recipients(message);
    {
        Topic inner("IAttach and IStream");
        attachments(session, message);
    }
    only_properties(session, message);
    EXPECT(S_OK, message, SaveChanges, KEEP_OPEN_READWRITE);
    {
        Values found(message, Tags{PR_DISPLAY_TO, PR_HASATTACH});
        CHECK(same_text(found[PR_DISPLAY_TO], L"Ann") && found[PR_HASATTACH].Value.b == TRUE);
    }
    copies(session, message);

    EXPECT(S_OK, message, SetReadFlag, CLEAR_READ_FLAG);
    Values unread(message, Tags{PR_MESSAGE_FLAGS});
    CHECK((unread[PR_MESSAGE_FLAGS].Value.ul & MSGFLAG_READ) == 0);
    EXPECT(MAPI_E_INVALID_PARAMETER, message, SetReadFlag, CLEAR_READ_FLAG | SUPPRESS_RECEIPT);

    const bool sends = session.mask & STORE_SUBMIT_OK;
    session.support->spooler_flags.clear();
    EXPECT(sends ? S_OK : MAPI_E_NO_SUPPORT, message, SubmitMessage, 0);
    CHECK(session.support->spooler_flags.size() == (sends ? 1 : 0));
    const Bytes id = binary(message, PR_ENTRYID);
    held.reset();
    if (sends) EXPECT(S_OK, session.store, AbortSubmit, ULONG(id.size()), entry_id(id), 0);
    EntryList list(id);
    EXPECT(S_OK, session.folder, DeleteMessages, &list, 0, nullptr, 0);
}
