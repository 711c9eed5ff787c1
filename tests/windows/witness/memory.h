// MAPI's memory functions: the witness's own, which count, or those of Wine's mapi32.
#pragma once

#include "headers.h"

#include <vector>

struct Allocator {
    LPALLOCATEBUFFER allocate;
    LPALLOCATEMORE more;
    LPFREEBUFFER free;
};

// Counts blocks, fills them before use and after it, and reports what MAPI's rules forbid.
extern const Allocator counting_allocator;

// The functions that the provider has been given, for what it hands over.
extern const Allocator *memory;

// How many blocks of the counting allocator have not been freed; blocks of AllocateMore are not counted.
unsigned blocks_alive();

using Bytes = std::vector<BYTE>;

// What the provider allocated for us: freed at the end of the scope.
template <class T>
class Block {
  public:
    Block() = default;
    Block(const Block &) = delete;
    Block &operator=(const Block &) = delete;
    ~Block() { reset(); }
    T **out() {
        reset();
        return &pointer;
    }
    T *operator->() const { return pointer; }
    T *get() const { return pointer; }
    explicit operator bool() const { return pointer != nullptr; }
    void reset() {
        if (pointer) memory->free(pointer);
        pointer = nullptr;
    }

  private:
    T *pointer = nullptr;
};

// A reference to a COM object: released at the end of the scope.
template <class T>
class Ref {
  public:
    Ref() = default;
    explicit Ref(T *owned) : pointer(owned) {}
    Ref(const Ref &) = delete;
    Ref &operator=(const Ref &) = delete;
    ~Ref() { reset(); }
    T **out() {
        reset();
        return &pointer;
    }
    // For out parameters that are typed as something else.
    IUnknown **unknown() { return reinterpret_cast<IUnknown **>(out()); }
    void **any() { return reinterpret_cast<void **>(out()); }
    T *operator->() const { return pointer; }
    operator T *() const { return pointer; }
    ULONG reset() {
        T *old = pointer;
        pointer = nullptr;
        return old ? old->Release() : 0;
    }

  private:
    T *pointer = nullptr;
};

// An object of the witness: counts its references, and itself among all that are alive.
template <class Interface>
class Object : public Interface {
  public:
    virtual ~Object() { InterlockedDecrement(&alive()); }
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void **object) override {
        if (!object) return MAPI_E_INVALID_PARAMETER;
        *object = nullptr;
        if (!answers(iid)) return MAPI_E_INTERFACE_NOT_SUPPORTED;
        this->AddRef();
        *object = static_cast<Interface *>(this);
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return InterlockedIncrement(&references); }
    ULONG STDMETHODCALLTYPE Release() override {
        const LONG left = InterlockedDecrement(&references);
        if (left == 0) delete this;
        return left;
    }
    ULONG count() const { return references; }

  protected:
    Object() { InterlockedIncrement(&alive()); }
    virtual bool answers(REFIID iid) = 0;

  private:
    static LONG volatile &alive();
    LONG volatile references = 1;
};

// How many objects of the witness are alive.
extern LONG volatile objects_alive;
template <class Interface>
LONG volatile &Object<Interface>::alive() {
    return objects_alive;
}
