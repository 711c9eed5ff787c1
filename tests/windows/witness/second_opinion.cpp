// What Wine's mapi32 thinks of the objects and structures of the provider. Its functions are exported with the sizes of
// their arguments in the names, on both architectures, so they are looked up instead of linked.
#include "properties.h"

#include <mapiutil.h>
// After the other one, on whose types it depends.
#include <mapival.h>

namespace {

HMODULE mapi32;

template <class Function>
Function *find(const char *name) {
    auto found = reinterpret_cast<void *>(GetProcAddress(mapi32, name));
    check(found != nullptr, "Wine's mapi32 has no %s", name);
    return reinterpret_cast<Function *>(found);
}

#define WINE(name, size) find<decltype(name)>(#name "@" #size)

// HrQueryAllRows, or its documented steps: up to Wine 8 the function is a stub that answers MAPI_E_CALL_FAILED.
HRESULT query_all(LPMAPITABLE table, LPSPropTagArray columns, LPSRestriction condition, LPSSortOrderSet order,
                  LPSRowSet *rows) {
    const auto wine = WINE(HrQueryAllRows, 24);
    *rows = nullptr;
    HRESULT code = wine ? wine(table, columns, condition, order, 0, rows) : MAPI_E_CALL_FAILED;
    if (code != HRESULT(MAPI_E_CALL_FAILED)) return code;
    if (columns && FAILED(code = table->SetColumns(columns, TBL_BATCH))) return code;
    if (condition && FAILED(code = table->Restrict(condition, TBL_BATCH))) return code;
    if (order && FAILED(code = table->SortTable(order, TBL_BATCH))) return code;
    if (FAILED(code = table->SeekRow(BOOKMARK_BEGINNING, 0, nullptr))) return code;
    return table->QueryRows(0x7FFFFFFF, 0, rows);
}

void tables(Session &session) {
    const auto free_rows = WINE(FreeProws, 4);
    const auto bad_rows = WINE(FBadRowSet, 4);
    const auto contains = WINE(FPropContainsProp, 12);
    if (!free_rows || !bad_rows || !contains) return;
    Ref<IMAPITable> table;
    EXPECT(S_OK, session.folder, GetContentsTable, MAPI_UNICODE, table.out());
    SPropValue text = text_value(PR_SUBJECT, L"a");
    SRestriction condition = {};
    condition.rt = RES_PROPERTY;
    condition.res.resProperty = {RELOP_GT, PR_SUBJECT, &text};
    SizedSSortOrderSet(1, order) = {1, 0, 0, {{PR_SUBJECT, TABLE_SORT_ASCEND}}};
    LPSRowSet rows = nullptr;
    expect(S_OK,
           query_all(table, Tags{PR_SUBJECT, PR_ENTRYID, PR_MESSAGE_SIZE, PR_SUBJECT_A}, &condition,
                     reinterpret_cast<LPSSortOrderSet>(&order), &rows),
           "HrQueryAllRows");
    if (!CHECK(rows != nullptr)) return;
    CHECK(!bad_rows(rows));
    const char *expected[] = {"b", "c", "d"};
    if (CHECK(rows->cRows == 3))
        for (ULONG i = 0; i < 3; i++) {
            // Wine compares 8-bit strings and bytes only.
            SPropValue subject = {};
            subject.ulPropTag = PR_SUBJECT_A;
            subject.Value.lpszA = const_cast<LPSTR>(expected[i]);
            CHECK(rows->aRow[i].cValues == 4);
            CHECK(contains(&rows->aRow[i].lpProps[3], &subject, FL_FULLSTRING));
            CHECK(rows->aRow[i].lpProps[2].Value.l > 0);
        }
    free_rows(rows);

    // Our rows for Wine, and the other way round: a hierarchy, with default columns.
    Ref<IMAPIFolder> root;
    ULONG type = 0;
    EXPECT(S_OK, session.store, OpenEntry, 0, nullptr, nullptr, 0, &type, root.unknown());
    table.reset();
    EXPECT(S_OK, root, GetHierarchyTable, MAPI_UNICODE | CONVENIENT_DEPTH, table.out());
    rows = nullptr;
    expect(S_OK, query_all(table, nullptr, nullptr, nullptr, &rows), "HrQueryAllRows");
    if (CHECK(rows != nullptr)) {
        CHECK(rows->cRows > 5 && !bad_rows(rows));
        free_rows(rows);
    }
}

void properties(Session &session) {
    const auto get_one = WINE(HrGetOneProp, 12);
    const auto set_one = WINE(HrSetOneProp, 8);
    const auto exists = WINE(FPropExists, 8);
    const auto bad_tags = WINE(FBadColumnSet, 4);
    const auto count_props = WINE(ScCountProps, 12);
    const auto copy_props = WINE(ScCopyProps, 16);
    const auto compare = WINE(LPropCompareProp, 8);
    const auto same = WINE(FPropCompareProp, 12);
    const auto find_prop = WINE(PpropFindProp, 12);
    const auto add_ref = WINE(UlAddRef, 4);
    const auto release = WINE(UlRelease, 4);
    if (!get_one || !set_one || !exists || !bad_tags || !count_props || !copy_props || !compare || !same ||
        !find_prop || !add_ref || !release)
        return;
    IMAPIFolder *folder = session.folder;
    SPropValue comment = text_value(PR_COMMENT, L"by way of Wine");
    expect(S_OK, set_one(folder, &comment), "HrSetOneProp");
    Block<SPropValue> one;
    expect(S_OK, get_one(folder, PR_COMMENT, one.out()), "HrGetOneProp");
    if (CHECK(bool(one))) CHECK(same_text(*one.get(), L"by way of Wine"));
    expect(MAPI_E_NOT_FOUND, get_one(folder, 0x6FFE0003, one.out()), "HrGetOneProp of what is not there");
    // It looks among the 8-bit tags.
    CHECK(exists(folder, PR_DISPLAY_NAME_A));
    CHECK(!exists(folder, 0x6FFE0003));

    Block<SPropTagArray> tags;
    EXPECT(S_OK, folder, GetPropList, MAPI_UNICODE, tags.out());
    CHECK(tags && !bad_tags(tags.get()));

    // All values of a folder in one block: counted, copied and compared by Wine.
    Values values(folder, nullptr);
    ULONG bytes = 0, copied = 0;
    expect(S_OK, count_props(int(values.count), values.list(), &bytes), "ScCountProps");
    CHECK(bytes > values.count * sizeof(SPropValue));
    Block<SPropValue> copy;
    need(memory->allocate(bytes, reinterpret_cast<void **>(copy.out())), "MAPIAllocateBuffer");
    expect(S_OK, copy_props(int(values.count), values.list(), copy.get(), &copied), "ScCopyProps");
    CHECK(copied == bytes);
    LPSPropValue name = find_prop(copy.get(), values.count, PR_DISPLAY_NAME);
    if (CHECK(name != nullptr)) CHECK(same_text(*name, L"Witness"));
    for (ULONG i = 0; i < values.count; i++) {
        const ULONG kind = PROP_TYPE(values.list()[i].ulPropTag);
        if (kind == PT_OBJECT || kind & MV_FLAG) continue;
        check(compare(&values.list()[i], &copy.get()[i]) == 0 && same(&values.list()[i], RELOP_EQ, &copy.get()[i]),
              "Wine's copy of property %08lX differs", (unsigned long)values.list()[i].ulPropTag);
    }
    const ULONG references = add_ref(folder);
    CHECK(release(folder) == references - 1);
}

// Wine's property object as the destination of a copy.
void copies(Session &session) {
    const auto create = WINE(CreateIProp, 24);
    if (!create) return;
    Ref<IMAPIProp> destination;
    expect(S_OK,
           create(&ids::IID_IMAPIPropData, memory->allocate, memory->more, memory->free, nullptr,
                  reinterpret_cast<LPPROPDATA *>(destination.out())),
           "CreateIProp");
    if (!CHECK(destination != nullptr)) return;
    Block<SPropProblemArray> problems;
    EXPECT(S_OK, session.folder, CopyProps, Tags{PR_COMMENT}, 0, nullptr, &ids::IID_IMAPIProp,
           static_cast<IMAPIProp *>(destination), 0, problems.out());
    Values values(destination, Tags{PR_COMMENT});
    CHECK(same_text(values[PR_COMMENT], L"by way of Wine"));
}

}  // namespace

const Allocator *wine_allocator() {
    mapi32 = LoadLibraryW(L"mapi32.dll");
    if (!check(mapi32 != nullptr, "Wine has no mapi32")) return nullptr;
    static Allocator allocator;
    auto get = [](const char *name) { return reinterpret_cast<void *>(GetProcAddress(mapi32, name)); };
    // MAPIInitialize wants the MAPI of a mail program; the utility functions get by without.
    const auto initialize = reinterpret_cast<SCODE(STDMETHODCALLTYPE *)(ULONG)>(get("ScInitMapiUtil@4"));
    allocator.allocate = reinterpret_cast<LPALLOCATEBUFFER>(get("MAPIAllocateBuffer"));
    allocator.more = reinterpret_cast<LPALLOCATEMORE>(get("MAPIAllocateMore"));
    allocator.free = reinterpret_cast<LPFREEBUFFER>(get("MAPIFreeBuffer"));
    if (!CHECK(initialize && allocator.allocate && allocator.more && allocator.free)) return nullptr;
    expect(S_OK, initialize(0), "ScInitMapiUtil");
    return &allocator;
}

void second_opinion(Session &session) {
    tables(session);
    properties(session);
    copies(session);
}
