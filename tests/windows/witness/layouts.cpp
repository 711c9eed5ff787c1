// The compiler compares the runtime's numbers, which numbers.inc has, with those of the headers: wherever this file
// compiles, they agree. Slots are compared at run time, as a vtable is no constant.
#include "headers.h"
#include "check.h"

#include <cstddef>
#include <cstring>

// Names that the runtime chose for what has none, or another one, in the headers.
typedef _PV SPropValueUnion;
typedef decltype(SRestriction::res) SRestrictionUnion;
typedef decltype(NOTIFICATION::info) NOTIFICATION_Info;
typedef decltype(MAPINAMEID::Kind) MAPINAMEID_Kind;

// The headers have these as enumerations, which the preprocessor does not see.
#define LOCK_WRITE LOCK_WRITE
#define LOCK_EXCLUSIVE LOCK_EXCLUSIVE
#define LOCK_ONLYONCE LOCK_ONLYONCE
#define STATFLAG_DEFAULT STATFLAG_DEFAULT
#define STATFLAG_NONAME STATFLAG_NONAME
#define STGC_DEFAULT STGC_DEFAULT
#define STGC_OVERWRITE STGC_OVERWRITE
#define STGC_ONLYIFCURRENT STGC_ONLYIFCURRENT
#define STGTY_STORAGE STGTY_STORAGE
#define STGTY_STREAM STGTY_STREAM
#define STREAM_SEEK_SET STREAM_SEEK_SET
#define STREAM_SEEK_CUR STREAM_SEEK_CUR
#define STREAM_SEEK_END STREAM_SEEK_END

// -- constants ----------------------------------------------------------------------------------------------------

#define CONSTANT(name, value) \
    static_assert(static_cast<ULONG>(name) == (value), "the runtime has another value of " #name);
#define MISSING(name)
#include "numbers.inc"
#undef CONSTANT
#undef MISSING

// -- identifiers --------------------------------------------------------------------------------------------------

constexpr bool equal(const GUID &one, const GUID &other) {
    for (int i = 0; i < 8; i++)
        if (one.Data4[i] != other.Data4[i]) return false;
    return one.Data1 == other.Data1 && one.Data2 == other.Data2 && one.Data3 == other.Data3;
}

// Looked up inside `ids`, a name is the headers' if they have it, and otherwise this one of the namespace around it.
constexpr GUID absent = {};
namespace known {
#define IDENTIFIER(name, ...) constexpr GUID name = absent;
#include "numbers.inc"
#undef IDENTIFIER
namespace ids {
#define IDENTIFIER(name, first, second, third, ...) \
    static_assert(equal(name, absent) || equal(name, {first, second, third, {__VA_ARGS__}}), \
                  "the runtime has another value of " #name);
#include "numbers.inc"
#undef IDENTIFIER
constexpr unsigned identifiers = 0
#define IDENTIFIER(name, ...) + (equal(name, absent) ? 0 : 1)
#include "numbers.inc"
#undef IDENTIFIER
    ;
}  // namespace ids
}  // namespace known

// -- structures ---------------------------------------------------------------------------------------------------

#define STRUCTURE(name, size, alignment)                                                       \
    static_assert(sizeof(name) == (size), "the runtime has another size of " #name);           \
    static_assert(alignof(name) == (alignment), "the runtime has another alignment of " #name);
#define MEMBER(name, member, offset, size)                                                                    \
    static_assert(offsetof(name, member) == (offset), "the runtime has another offset of " #name "." #member); \
    static_assert(sizeof(name::member) == (size), "the runtime has another size of " #name "." #member);
#include "numbers.inc"
#undef STRUCTURE
#undef MEMBER

// -- slots --------------------------------------------------------------------------------------------------------

namespace {

// The slot behind a C++ name: g++ keeps the offset into the vtable, plus one, in a pointer to a virtual member.
template <class Method>
unsigned slot_of(Method method) {
    static_assert(sizeof(Method) == 2 * sizeof(void *), "g++'s pointers to members");
    uintptr_t offset;
    memcpy(&offset, &method, sizeof offset);
    return unsigned((offset - 1) / sizeof(void *));
}

void compare_slot(const char *interface_name, const char *method, unsigned header, unsigned runtime) {
    check(header == runtime, "slot of %s::%s: %u in the headers, %u in the runtime", interface_name, method, header,
          runtime);
}

}  // namespace

void compare_slots() {
    Topic topic("slots");
    // IUnknown has a second QueryInterface, a template, so that one's type must be named.
#define SLOT(interface_name, method, number)                                                       \
    compare_slot(#interface_name, #method, []<class I>(I *) {                                      \
        if constexpr (requires { slot_of(&I::method); })                                           \
            return slot_of(&I::method);                                                            \
        else                                                                                       \
            return slot_of<HRESULT (STDMETHODCALLTYPE IUnknown::*)(REFIID, void **)>(&I::method);  \
    }(static_cast<interface_name *>(nullptr)), number);
#include "numbers.inc"
#undef SLOT
}

Compared compared() {
    return {
        .constants = 0
#define CONSTANT(...) +1
#define MISSING(...)
#include "numbers.inc"
#undef CONSTANT
#undef MISSING
        ,
        .identifiers = known::ids::identifiers,
        .layouts = 0
#define STRUCTURE(...) +2
#define MEMBER(...) +2
#include "numbers.inc"
#undef STRUCTURE
#undef MEMBER
        ,
        .missing = 0
#define CONSTANT(...)
#define MISSING(...) +1
#include "numbers.inc"
#undef CONSTANT
#undef MISSING
        ,
    };
}
