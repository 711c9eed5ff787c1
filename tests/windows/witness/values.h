// Property values: lists of tags, lists of values, and an object that keeps some.
#pragma once

#include "memory.h"

#include <initializer_list>
#include <map>
#include <string>

// A list of tags as the methods take it.
class Tags {
  public:
    Tags(std::initializer_list<ULONG> tags) : list(tags) { list.insert(list.begin(), ULONG(tags.size())); }
    operator LPSPropTagArray() { return reinterpret_cast<LPSPropTagArray>(list.data()); }

  private:
    std::vector<ULONG> list;
};

SPropValue long_value(ULONG tag, LONG value);
SPropValue text_value(ULONG tag, const WCHAR *value);
SPropValue bytes_value(ULONG tag, const Bytes &value);
bool same_text(const SPropValue &value, const WCHAR *text);
Bytes bytes_of(const SPropValue &value);
std::wstring wide(const char *text);

// Values that the provider handed over.
class Values {
  public:
    // Reads properties; the call has to answer `expected`.
    Values(IMAPIProp *object, LPSPropTagArray tags, HRESULT expected = S_OK, ULONG flags = MAPI_UNICODE);
    // The value with this tag, or one without tag.
    const SPropValue &operator[](ULONG tag) const;
    ULONG count = 0;
    LPSPropValue list() const { return values.get(); }

  private:
    Block<SPropValue> values;
};

// A value that was copied out of somebody's memory.
class Stored {
  public:
    Stored() = default;
    explicit Stored(const SPropValue &value);
    // Whether the type is one that can be copied.
    static bool known(ULONG tag);
    // Writes the value; what it points at is allocated with the block.
    void write(SPropValue &out, void *block) const;
    ULONG tag = 0;

  private:
    _PV fixed = {};
    std::vector<Bytes> parts;
};

// An object over a list of properties, for the profile and as a destination of copies.
class Bag : public Object<IProfSect> {
  public:
    std::map<ULONG, Stored> properties;
    bool has(ULONG tag) const { return properties.count(tag >> 16) == 1; }
    Bytes bytes(ULONG tag) const;
    std::wstring text(ULONG tag) const;

    HRESULT STDMETHODCALLTYPE GetProps(LPSPropTagArray, ULONG, ULONG *, LPSPropValue *) override;
    HRESULT STDMETHODCALLTYPE SetProps(ULONG, LPSPropValue, LPSPropProblemArray *) override;
    HRESULT STDMETHODCALLTYPE DeleteProps(LPSPropTagArray, LPSPropProblemArray *) override;
    HRESULT STDMETHODCALLTYPE SaveChanges(ULONG) override { return S_OK; }
    HRESULT STDMETHODCALLTYPE GetLastError(HRESULT, ULONG, LPMAPIERROR *) override { return MAPI_E_NO_SUPPORT; }
    HRESULT STDMETHODCALLTYPE GetPropList(ULONG, LPSPropTagArray *) override { return MAPI_E_NO_SUPPORT; }
    HRESULT STDMETHODCALLTYPE OpenProperty(ULONG, LPCIID, ULONG, ULONG, LPUNKNOWN *) override {
        return MAPI_E_NO_SUPPORT;
    }
    HRESULT STDMETHODCALLTYPE CopyTo(ULONG, LPCIID, LPSPropTagArray, ULONG_PTR, LPMAPIPROGRESS, LPCIID, LPVOID, ULONG,
                                     LPSPropProblemArray *) override {
        return MAPI_E_NO_SUPPORT;
    }
    HRESULT STDMETHODCALLTYPE CopyProps(LPSPropTagArray, ULONG_PTR, LPMAPIPROGRESS, LPCIID, LPVOID, ULONG,
                                        LPSPropProblemArray *) override {
        return MAPI_E_NO_SUPPORT;
    }
    HRESULT STDMETHODCALLTYPE GetNamesFromIDs(LPSPropTagArray *, LPGUID, ULONG, ULONG *, LPMAPINAMEID **) override {
        return MAPI_E_NO_SUPPORT;
    }
    HRESULT STDMETHODCALLTYPE GetIDsFromNames(ULONG, LPMAPINAMEID *, ULONG, LPSPropTagArray *) override {
        return MAPI_E_NO_SUPPORT;
    }

  protected:
    bool answers(REFIID iid) override {
        return iid == ids::IID_IProfSect || iid == ids::IID_IMAPIProp || iid == IID_IUnknown;
    }
};
