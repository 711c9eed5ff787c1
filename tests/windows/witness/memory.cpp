#include "memory.h"

#include "check.h"

#include <cstdlib>
#include <cstring>
#include <map>

namespace {

// Behind each block: bytes that nobody may write.
constexpr size_t fence_size = 16;
constexpr BYTE fresh = 0xCD, gone = 0xDD, fence = 0xFD;

struct Chain {
    std::vector<std::pair<BYTE *, size_t>> parts;
};

std::map<void *, Chain> chains;
CRITICAL_SECTION guard;
const bool ready = (InitializeCriticalSection(&guard), true);

struct Locked {
    Locked() { EnterCriticalSection(&guard); }
    ~Locked() { LeaveCriticalSection(&guard); }
};

BYTE *make(size_t size) {
    BYTE *block = static_cast<BYTE *>(malloc(size + fence_size));
    memset(block, fresh, size);
    memset(block + size, fence, fence_size);
    return block;
}

SCODE STDMETHODCALLTYPE allocate_buffer(ULONG size, LPVOID *out) {
    if (!out) return MAPI_E_INVALID_PARAMETER;
    Locked locked;
    BYTE *block = make(size);
    chains[block].parts.emplace_back(block, size);
    *out = block;
    return S_OK;
}

SCODE STDMETHODCALLTYPE allocate_more(ULONG size, LPVOID base, LPVOID *out) {
    if (!out) return MAPI_E_INVALID_PARAMETER;
    Locked locked;
    auto chain = chains.find(base);
    if (chain == chains.end()) {
        check(false, "AllocateMore was given %p, which AllocateBuffer did not make", base);
        return MAPI_E_INVALID_PARAMETER;
    }
    BYTE *block = make(size);
    chain->second.parts.emplace_back(block, size);
    *out = block;
    return S_OK;
}

ULONG STDMETHODCALLTYPE free_buffer(LPVOID base) {
    if (!base) return S_OK;
    Locked locked;
    auto chain = chains.find(base);
    if (chain == chains.end()) {
        check(false, "FreeBuffer was given %p, which AllocateBuffer did not make", base);
        return MAPI_E_INVALID_PARAMETER;
    }
    for (auto [block, size] : chain->second.parts) {
        bool intact = true;
        for (size_t i = 0; i < fence_size; i++) intact = intact && block[size + i] == fence;
        if (!intact) check(false, "something was written behind a block of %zu bytes", size);
        memset(block, gone, size);
        free(block);
    }
    chains.erase(chain);
    return S_OK;
}

}  // namespace

const Allocator counting_allocator = {allocate_buffer, allocate_more, free_buffer};
const Allocator *memory = &counting_allocator;
LONG volatile objects_alive = 0;

unsigned blocks_alive() {
    Locked locked;
    return unsigned(chains.size());
}
