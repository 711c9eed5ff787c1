#include "check.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

namespace {

const char *current_topic = "";
unsigned passed_checks, failed_checks;
std::set<std::string> calls;
CRITICAL_SECTION guard;
const bool ready = (InitializeCriticalSection(&guard), true);

// The last method that was called, for a crash inside of it.
std::string last_call;

LONG WINAPI crashed(EXCEPTION_POINTERS *exception) {
    printf("failed: %s: crashed with %08lX after %s\n", current_topic,
           (unsigned long)exception->ExceptionRecord->ExceptionCode, last_call.c_str());
    fflush(stdout);
    TerminateProcess(GetCurrentProcess(), 1);
    return EXCEPTION_CONTINUE_SEARCH;
}
const auto previous_filter = SetUnhandledExceptionFilter(crashed);

void fail(const char *format, va_list arguments) {
    failed_checks++;
    printf("failed: %s: ", current_topic);
    vprintf(format, arguments);
    printf("\n");
    fflush(stdout);
}

}  // namespace

Topic::Topic(const char *name) : outer(current_topic) {
    current_topic = name;
    if (getenv("WITNESS_VERBOSE")) printf("-- %s\n", name), fflush(stdout);
}

Topic::~Topic() { current_topic = outer; }

bool check(bool passed, const char *format, ...) {
    EnterCriticalSection(&guard);
    if (passed) {
        passed_checks++;
    } else {
        va_list arguments;
        va_start(arguments, format);
        fail(format, arguments);
        va_end(arguments);
    }
    LeaveCriticalSection(&guard);
    return passed;
}

bool expect(HRESULT expected, HRESULT actual, const char *call) {
    return check(expected == actual, "%s answered %08lX instead of %08lX", call, (unsigned long)actual,
                 (unsigned long)expected);
}

void need(HRESULT code, const char *call) {
    if (expect(S_OK, code, call)) return;
    summary();
    fflush(stdout);
    // Objects are in no known state, so nothing is torn down.
    TerminateProcess(GetCurrentProcess(), 1);
}

void reached(const char *interface_name, const char *method) {
    EnterCriticalSection(&guard);
    last_call = std::string(interface_name) + "::" + method;
    calls.insert(last_call);
    LeaveCriticalSection(&guard);
    if (getenv("WITNESS_VERBOSE")) printf("   %s::%s\n", interface_name, method), fflush(stdout);
}

void was_called(const char *interface_name, const char *method) {
    Topic topic("the provider calls back");
    const std::string call = std::string(interface_name) + "::" + method;
    check(calls.count(call) == 1, "nothing called %s", call.c_str());
}

void all_called(const char *interface_name) {
    Topic topic("every slot is called");
    unsigned slots = 0;
    const std::string prefix = std::string(interface_name) + "::";
#define SLOT(name, method, number)                                                                     \
    if (prefix == #name "::") {                                                                        \
        slots++;                                                                                       \
        check(calls.count(prefix + #method) == 1, "nothing called %s%s", prefix.c_str(), #method);     \
    }
#include "numbers.inc"
#undef SLOT
    check(slots > 0, "the runtime has no interface %s", interface_name);
}

unsigned failures() { return failed_checks; }

int summary() {
    const Compared numbers = compared();
    printf("witness %s: %u layouts, %u constants (%u more in no header), %u identifiers, %zu slots called, "
           "%u checks passed",
           sizeof(void *) == 8 ? "x64" : "x86", numbers.layouts, numbers.constants, numbers.missing,
           numbers.identifiers, calls.size(), passed_checks);
    if (failed_checks > 0) printf(", %u FAILED", failed_checks);
    printf("\n");
    return failed_checks == 0 ? 0 : 1;
}
