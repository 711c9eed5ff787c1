// Checks, and what has been called: the witness goes on after a failure and reports all of them.
#pragma once

#include "headers.h"

// What the checks are about until the topic goes out of scope; printed with a failure.
struct Topic {
    explicit Topic(const char *name);
    ~Topic();

  private:
    const char *outer;
};

// Counts a check; prints the text, a format of printf, if it failed.
__attribute__((format(gnu_printf, 2, 3))) bool check(bool passed, const char *format, ...);

// Compares what a call answered with what it has to answer.
bool expect(HRESULT expected, HRESULT actual, const char *call);

// For calls without which the rest makes no sense: ends the program after a failure.
void need(HRESULT code, const char *call);

#define CHECK(condition) check(condition, "%s:%d: %s", __FILE__, __LINE__, #condition)

// Remembers that a method of the provider, or of the support object, was reached.
void reached(const char *interface_name, const char *method);

// The names of the interfaces for CALL.
#define INTERFACE_NAME(name) \
    inline const char *interface_name(name *) { return #name; }
INTERFACE_NAME(IMSProvider)
INTERFACE_NAME(IMSLogon)
INTERFACE_NAME(IMsgStore)
INTERFACE_NAME(IMAPIFolder)
INTERFACE_NAME(IMAPIContainer)
INTERFACE_NAME(IMessage)
INTERFACE_NAME(IAttach)
INTERFACE_NAME(IMAPIProp)
INTERFACE_NAME(IMAPITable)
INTERFACE_NAME(IMAPIStatus)
INTERFACE_NAME(IMAPISync)
INTERFACE_NAME(IMAPIProviderShutdown)
INTERFACE_NAME(IMSCapabilities)
INTERFACE_NAME(IFolderSupport)
INTERFACE_NAME(IStream)

// Calls a method by its C++ name and remembers that it was called.
#define CALL(object, method, ...) \
    (reached(interface_name(object), #method), (object)->method(__VA_ARGS__))

// Calls a method that has to answer this code.
#define EXPECT(code, object, method, ...) expect(code, CALL(object, method, ##__VA_ARGS__), #object "->" #method)

// Checks that every slot of an interface was called.
void all_called(const char *interface_name);

// Checks that a method was called.
void was_called(const char *interface_name, const char *method);

// How many numbers of the runtime the compiler compared with the headers, and how many constants these do not have.
struct Compared {
    unsigned constants, identifiers, layouts, missing;
};
Compared compared();
void compare_slots();

// How many checks have failed so far.
unsigned failures();

// Prints the summary; returns the exit code.
int summary();
