// IMAPITable over the messages of a folder.
#include "properties.h"

namespace {

// Rows that the provider handed over: each row is a block, and so is the set.
class Rows {
  public:
    Rows() = default;
    ~Rows() {
        for (ULONG i = 0; set && i < set->cRows; i++) memory->free(set->aRow[i].lpProps);
    }
    LPSRowSet *out() { return set.out(); }
    ULONG count() const { return set ? set->cRows : ~0u; }
    const SRow &operator[](ULONG row) const { return set->aRow[row]; }

  private:
    Block<SRowSet> set;
};

void cursor(IMAPITable *table) {
    ULONG row = 7, numerator = 7, denominator = 7, count = 7;
    LONG sought = 7;
    EXPECT(S_OK, table, GetRowCount, 0, &count);
    CHECK(count == 4);
    EXPECT(S_OK, table, SeekRow, BOOKMARK_END, -1, &sought);
    CHECK(sought == -1);
    EXPECT(S_OK, table, QueryPosition, &row, &numerator, &denominator);
    CHECK(row == 3 && numerator == 3 && denominator == 4);
    EXPECT(S_OK, table, SeekRowApprox, 1, 2);
    EXPECT(S_OK, table, QueryPosition, &row, &numerator, &denominator);
    CHECK(row == 2);
    EXPECT(MAPI_E_INVALID_PARAMETER, table, SeekRowApprox, 1, 0);

    BOOKMARK places[2] = {~BOOKMARK(0), ~BOOKMARK(0)};
    EXPECT(S_OK, table, CreateBookmark, &places[0]);
    CHECK(places[0] != ~BOOKMARK(0) && places[1] == ~BOOKMARK(0));
    EXPECT(S_OK, table, SeekRow, BOOKMARK_BEGINNING, 0, &sought);
    EXPECT(S_OK, table, SeekRow, places[0], 1, &sought);
    EXPECT(S_OK, table, QueryPosition, &row, &numerator, &denominator);
    CHECK(row == 3 && sought == 1);
    EXPECT(S_OK, table, FreeBookmark, places[0]);
    EXPECT(MAPI_E_INVALID_BOOKMARK, table, SeekRow, places[0], 0, &sought);
}

void rows_and_columns(IMAPITable *table) {
    EXPECT(S_OK, table, SetColumns, Tags{PR_SUBJECT, PR_NULL, PR_ENTRYID, 0x6FFE0003}, 0);
    Block<SPropTagArray> columns;
    EXPECT(S_OK, table, QueryColumns, 0, columns.out());
    if (CHECK(bool(columns))) CHECK(columns->cValues == 4 && columns->aulPropTag[2] == PR_ENTRYID);
    EXPECT(S_OK, table, QueryColumns, TBL_ALL_COLUMNS, columns.out());
    if (CHECK(bool(columns))) CHECK(columns->cValues > 10);

    SizedSSortOrderSet(1, order) = {1, 0, 0, {{PR_SUBJECT, TABLE_SORT_DESCEND}}};
    EXPECT(S_OK, table, SortTable, reinterpret_cast<LPSSortOrderSet>(&order), 0);
    Block<SSortOrderSet> sorted;
    EXPECT(S_OK, table, QuerySortOrder, sorted.out());
    if (CHECK(bool(sorted))) CHECK(sorted->cSorts == 1 && sorted->aSort[0].ulPropTag == PR_SUBJECT);
    Rows rows;
    EXPECT(S_OK, table, QueryRows, 10, TBL_NOADVANCE, rows.out());
    if (CHECK(rows.count() == 4)) {
        const WCHAR *expected[] = {L"d", L"c", L"b", L"a"};
        for (ULONG i = 0; i < 4; i++) {
            CHECK(rows[i].cValues == 4);
            CHECK(same_text(rows[i].lpProps[0], expected[i]));
            CHECK(rows[i].lpProps[1].ulPropTag == PR_NULL);
            CHECK(rows[i].lpProps[3].ulPropTag == 0x6FFE000A && rows[i].lpProps[3].Value.err == MAPI_E_NOT_FOUND);
        }
    }
    EXPECT(MAPI_E_INVALID_PARAMETER, table, QueryRows, 0, 0, Rows().out());
}

void conditions(IMAPITable *table) {
    SPropValue text = text_value(PR_SUBJECT, L"C");
    SRestriction content = {};
    content.rt = RES_CONTENT;
    content.res.resContent = {FL_FULLSTRING | FL_IGNORECASE, PR_SUBJECT, &text};
    EXPECT(S_OK, table, FindRow, &content, BOOKMARK_BEGINNING, 0);
    ULONG row = 7, numerator = 7, denominator = 7;
    EXPECT(S_OK, table, QueryPosition, &row, &numerator, &denominator);
    CHECK(row == 1);

    // Every kind of restriction that the headers have, as their unions lay it out; only `c` passes.
    SPropValue size = long_value(PR_MESSAGE_SIZE, 0);
    SRestriction parts[7] = {};
    parts[0] = content;
    parts[1].rt = RES_PROPERTY;
    parts[1].res.resProperty = {RELOP_GT, PR_MESSAGE_SIZE, &size};
    parts[2].rt = RES_EXIST;
    parts[2].res.resExist = {0, PR_ENTRYID, 0};
    parts[3].rt = RES_BITMASK;
    parts[3].res.resBitMask = {BMR_EQZ, PR_MESSAGE_FLAGS, MSGFLAG_HASATTACH};
    parts[4].rt = RES_SIZE;
    parts[4].res.resSize = {RELOP_GE, PR_ENTRYID, 20};
    parts[5].rt = RES_COMPAREPROPS;
    parts[5].res.resCompareProps = {RELOP_EQ, PR_SUBJECT, PR_NORMALIZED_SUBJECT};
    SRestriction missing = {};
    missing.rt = RES_EXIST;
    missing.res.resExist = {0, 0x6FFE0003, 0};
    parts[6].rt = RES_NOT;
    parts[6].res.resNot = {0, &missing};
    SRestriction either[2] = {missing, {}};
    either[1].rt = RES_AND;
    either[1].res.resAnd = {7, parts};
    SRestriction all = {}, comment = {};
    all.rt = RES_OR;
    all.res.resOr = {2, either};
    comment.rt = RES_COMMENT;
    comment.res.resComment = {1, &all, &size};
    EXPECT(S_OK, table, Restrict, &comment, 0);
    ULONG count = 7;
    EXPECT(S_OK, table, GetRowCount, 0, &count);
    CHECK(count == 1);
    SRestriction counted = {};
    counted.rt = RES_COUNT;
    counted.res.resCount = {2, &missing};
    const HRESULT code = CALL(table, Restrict, &counted, 0);
    CHECK(code == S_OK || code == HRESULT(MAPI_E_TOO_COMPLEX));
    EXPECT(S_OK, table, Restrict, nullptr, 0);
    EXPECT(S_OK, table, GetRowCount, 0, &count);
    CHECK(count == 4);
}

void table_events(Session &session, IMAPITable *table) {
    Ref<Sink> sink(new Sink);
    ULONG_PTR places[2] = {~ULONG_PTR(0), ~ULONG_PTR(0)};
    EXPECT(S_OK, table, Advise, fnevTableModified, sink, &places[0]);
    CHECK(places[0] != ~ULONG_PTR(0) && places[1] == ~ULONG_PTR(0));
    const Bytes id = make_message(session.folder, L"e");
    const auto added = sink->of(fnevTableModified);
    if (CHECK(added.size() == 1)) {
        CHECK(added[0].table_event == TABLE_ROW_ADDED && added[0].columns == 4);
        // The order is descending, so it is the first row.
        CHECK(added[0].prior.tag == PR_NULL);
        CHECK(added[0].index.tag == PR_INSTANCE_KEY);
    }
    sink->clear();
    EntryList list(id);
    EXPECT(S_OK, session.folder, DeleteMessages, &list, 0, nullptr, 0);
    const auto deleted = sink->of(fnevTableModified);
    if (CHECK(deleted.size() == 1)) CHECK(deleted[0].table_event == TABLE_ROW_DELETED && deleted[0].columns == 0);
    EXPECT(S_OK, table, Unadvise, places[0]);
    EXPECT(MAPI_E_NOT_FOUND, table, Unadvise, places[0]);
    CHECK(sink->count() == 1);
}

// Grouping, where the store claims it; otherwise the methods refuse, and leave nothing in their places.
void categories(Session &session, IMAPITable *table) {
    SizedSSortOrderSet(1, order) = {1, 1, 0, {{PR_SUBJECT, TABLE_SORT_ASCEND}}};
    const bool groups = session.mask & STORE_CATEGORIZE_OK;
    EXPECT(groups ? S_OK : MAPI_E_TOO_COMPLEX, table, SortTable, reinterpret_cast<LPSSortOrderSet>(&order), 0);
    EXPECT(S_OK, table, SetColumns, Tags{PR_INSTANCE_KEY, PR_ROW_TYPE}, 0);
    Rows rows;
    EXPECT(S_OK, table, QueryRows, 1, 0, rows.out());
    if (!CHECK(rows.count() == 1)) return;
    const Bytes key = bytes_of(rows[0].lpProps[0]);
    if (groups) CHECK(rows[0].lpProps[1].Value.ul == TBL_COLLAPSED_CATEGORY);
    BYTE *start = const_cast<BYTE *>(key.data());
    const ULONG size = ULONG(key.size());
    const HRESULT answer = groups ? S_OK : MAPI_E_NO_SUPPORT;

    Rows expanded;
    ULONG more = 7, folded = 7, state_size = 7;
    EXPECT(answer, table, ExpandRow, size, start, 1, 0, expanded.out(), &more);
    CHECK(more == (groups ? 1 : 0) && expanded.count() == (groups ? 1 : ~0u));
    Block<BYTE> state;
    EXPECT(answer, table, GetCollapseState, 0, size, start, &state_size, state.out());
    CHECK(groups ? state_size > 0 && state : state_size == 0 && !state);
    EXPECT(answer, table, CollapseRow, size, start, 0, &folded);
    CHECK(folded == (groups ? 1 : 0));
    BOOKMARK places[2] = {~BOOKMARK(0), ~BOOKMARK(0)};
    BYTE nothing[4] = {};
    EXPECT(answer, table, SetCollapseState, 0, groups ? state_size : sizeof nothing, groups ? state.get() : nothing,
           &places[0]);
    CHECK(places[0] != ~BOOKMARK(0) && places[1] == ~BOOKMARK(0));
}

}  // namespace

void call_tables(Session &session) {
    Topic topic("IMAPITable");
    for (const WCHAR *subject : {L"b", L"d", L"a", L"c"}) make_message(session.folder, subject);
    Ref<IMAPITable> held;
    EXPECT(S_OK, session.folder, GetContentsTable, MAPI_UNICODE, held.out());
    if (!CHECK(held != nullptr)) return;
    IMAPITable *table = held;
    call_unknown(table, ids::IID_IMAPITable);
    ULONG status = 7, type = 7;
    EXPECT(S_OK, table, GetStatus, &status, &type);
    CHECK(status == TBLSTAT_COMPLETE && type == TBLTYPE_DYNAMIC);
    status = 7;
    EXPECT(S_OK, table, WaitForCompletion, 0, 1000, &status);
    CHECK(status == TBLSTAT_COMPLETE);
    EXPECT(S_OK, table, Abort);
    cursor(table);
    rows_and_columns(table);
    conditions(table);
    table_events(session, table);
    categories(session, table);
    Block<MAPIERROR> error;
    EXPECT(MAPI_E_INVALID_PARAMETER, table, FindRow, nullptr, BOOKMARK_BEGINNING, 0);
    EXPECT(S_OK, table, GetLastError, MAPI_E_INVALID_PARAMETER, MAPI_UNICODE, error.out());
    if (CHECK(bool(error))) CHECK(wcslen(error->lpszComponent) > 0);
}
