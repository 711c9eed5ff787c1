#include "values.h"

#include "check.h"

#include <cstring>
#include <cwchar>

SPropValue long_value(ULONG tag, LONG value) {
    SPropValue result = {};
    result.ulPropTag = tag;
    result.Value.l = value;
    return result;
}

SPropValue text_value(ULONG tag, const WCHAR *value) {
    SPropValue result = {};
    result.ulPropTag = tag;
    result.Value.lpszW = const_cast<WCHAR *>(value);
    return result;
}

SPropValue bytes_value(ULONG tag, const Bytes &value) {
    SPropValue result = {};
    result.ulPropTag = tag;
    result.Value.bin = {ULONG(value.size()), const_cast<BYTE *>(value.data())};
    return result;
}

bool same_text(const SPropValue &value, const WCHAR *text) {
    return PROP_TYPE(value.ulPropTag) == PT_UNICODE && wcscmp(value.Value.lpszW, text) == 0;
}

Bytes bytes_of(const SPropValue &value) {
    if (PROP_TYPE(value.ulPropTag) != PT_BINARY) return {};
    return Bytes(value.Value.bin.lpb, value.Value.bin.lpb + value.Value.bin.cb);
}

std::wstring wide(const char *text) {
    std::wstring result(MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0), 0);
    MultiByteToWideChar(CP_UTF8, 0, text, -1, result.data(), int(result.size()));
    result.pop_back();
    return result;
}

Values::Values(IMAPIProp *object, LPSPropTagArray tags, HRESULT expected, ULONG flags) {
    expect(expected, object->GetProps(tags, flags, &count, values.out()), "GetProps");
    if (!values) count = 0;
}

const SPropValue &Values::operator[](ULONG tag) const {
    static const SPropValue none = {};
    for (ULONG i = 0; i < count; i++)
        if (values.get()[i].ulPropTag == tag) return values.get()[i];
    return none;
}

namespace {

// The size of a value of a type that points at nothing, or of one of several; 0 for others.
size_t fixed_size(ULONG type) {
    switch (type & ~ULONG(MV_FLAG)) {
    case PT_I2: return 2;
    case PT_BOOLEAN: return 2;
    case PT_LONG: case PT_R4: case PT_ERROR: return 4;
    case PT_DOUBLE: case PT_CURRENCY: case PT_APPTIME: case PT_I8: case PT_SYSTIME: return 8;
    case PT_CLSID: return type & MV_FLAG ? sizeof(GUID) : 0;
    default: return 0;
    }
}

Bytes copy(const void *start, size_t size) {
    const BYTE *bytes = static_cast<const BYTE *>(start);
    return Bytes(bytes, bytes + size);
}

Bytes copy(LPCSTR text) { return copy(text, strlen(text) + 1); }
Bytes copy(LPCWSTR text) { return copy(text, (wcslen(text) + 1) * sizeof(WCHAR)); }

template <class T>
T *place(const Bytes &bytes, void *block) {
    void *start = nullptr;
    memory->more(ULONG(bytes.size()), block, &start);
    memcpy(start, bytes.data(), bytes.size());
    return static_cast<T *>(start);
}

}  // namespace

bool Stored::known(ULONG tag) {
    const ULONG type = PROP_TYPE(tag);
    switch (type) {
    case PT_STRING8: case PT_UNICODE: case PT_BINARY: case PT_CLSID:
    case PT_MV_STRING8: case PT_MV_UNICODE: case PT_MV_BINARY: return true;
    default: return fixed_size(type) > 0 && type != PT_ERROR;
    }
}

Stored::Stored(const SPropValue &value) : tag(value.ulPropTag), fixed(value.Value) {
    const _PV &v = value.Value;
    const ULONG type = PROP_TYPE(tag);
    switch (type) {
    case PT_STRING8: parts.push_back(copy(v.lpszA)); break;
    case PT_UNICODE: parts.push_back(copy(v.lpszW)); break;
    case PT_BINARY: parts.push_back(copy(v.bin.lpb, v.bin.cb)); break;
    case PT_CLSID: parts.push_back(copy(v.lpguid, sizeof(GUID))); break;
    case PT_MV_STRING8: for (ULONG i = 0; i < v.MVszA.cValues; i++) parts.push_back(copy(v.MVszA.lppszA[i])); break;
    case PT_MV_UNICODE: for (ULONG i = 0; i < v.MVszW.cValues; i++) parts.push_back(copy(v.MVszW.lppszW[i])); break;
    case PT_MV_BINARY:
        for (ULONG i = 0; i < v.MVbin.cValues; i++) parts.push_back(copy(v.MVbin.lpbin[i].lpb, v.MVbin.lpbin[i].cb));
        break;
    default:
        if (type & MV_FLAG) parts.push_back(copy(v.MVl.lpl, v.MVl.cValues * fixed_size(type)));
    }
}

void Stored::write(SPropValue &out, void *block) const {
    out.ulPropTag = tag;
    out.dwAlignPad = 0;
    out.Value = fixed;
    _PV &v = out.Value;
    const ULONG count = ULONG(parts.size());
    switch (PROP_TYPE(tag)) {
    case PT_STRING8: v.lpszA = place<char>(parts[0], block); break;
    case PT_UNICODE: v.lpszW = place<WCHAR>(parts[0], block); break;
    case PT_BINARY: v.bin.lpb = place<BYTE>(parts[0], block); break;
    case PT_CLSID: v.lpguid = place<GUID>(parts[0], block); break;
    case PT_MV_STRING8:
        v.MVszA.lppszA = place<LPSTR>(Bytes(count * sizeof(LPSTR)), block);
        for (ULONG i = 0; i < count; i++) v.MVszA.lppszA[i] = place<char>(parts[i], block);
        break;
    case PT_MV_UNICODE:
        v.MVszW.lppszW = place<LPWSTR>(Bytes(count * sizeof(LPWSTR)), block);
        for (ULONG i = 0; i < count; i++) v.MVszW.lppszW[i] = place<WCHAR>(parts[i], block);
        break;
    case PT_MV_BINARY:
        v.MVbin.lpbin = place<SBinary>(Bytes(count * sizeof(SBinary)), block);
        for (ULONG i = 0; i < count; i++) v.MVbin.lpbin[i] = {ULONG(parts[i].size()), place<BYTE>(parts[i], block)};
        break;
    default:
        if (PROP_TYPE(tag) & MV_FLAG) v.MVl.lpl = place<LONG>(parts[0], block);
    }
}

Bytes Bag::bytes(ULONG tag) const {
    auto found = properties.find(tag >> 16);
    if (found == properties.end()) return {};
    Block<SPropValue> value;
    memory->allocate(sizeof(SPropValue), reinterpret_cast<void **>(value.out()));
    found->second.write(*value.get(), value.get());
    return bytes_of(*value.get());
}

std::wstring Bag::text(ULONG tag) const {
    auto found = properties.find(tag >> 16);
    if (found == properties.end() || PROP_TYPE(found->second.tag) != PT_UNICODE) return {};
    Block<SPropValue> value;
    memory->allocate(sizeof(SPropValue), reinterpret_cast<void **>(value.out()));
    found->second.write(*value.get(), value.get());
    return value->Value.lpszW;
}

HRESULT STDMETHODCALLTYPE Bag::GetProps(LPSPropTagArray tags, ULONG, ULONG *count, LPSPropValue *out) {
    reached("IProfSect", "GetProps");
    if (!tags || !count || !out) return MAPI_E_INVALID_PARAMETER;
    *count = tags->cValues;
    memory->allocate(ULONG(tags->cValues * sizeof(SPropValue)), reinterpret_cast<void **>(out));
    HRESULT code = S_OK;
    for (ULONG i = 0; i < tags->cValues; i++) {
        const ULONG tag = tags->aulPropTag[i];
        auto found = properties.find(tag >> 16);
        const bool fits = found != properties.end() &&
                          (found->second.tag == tag || PROP_TYPE(tag) == PT_UNSPECIFIED);
        if (fits) {
            found->second.write((*out)[i], *out);
        } else {
            (*out)[i] = long_value(CHANGE_PROP_TYPE(tag, PT_ERROR), MAPI_E_NOT_FOUND);
            code = MAPI_W_ERRORS_RETURNED;
        }
    }
    return code;
}

HRESULT STDMETHODCALLTYPE Bag::SetProps(ULONG count, LPSPropValue values, LPSPropProblemArray *problems) {
    reached("IProfSect", "SetProps");
    if (problems) *problems = nullptr;
    for (ULONG i = 0; i < count; i++)
        if (Stored::known(values[i].ulPropTag)) properties[values[i].ulPropTag >> 16] = Stored(values[i]);
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Bag::DeleteProps(LPSPropTagArray tags, LPSPropProblemArray *problems) {
    reached("IProfSect", "DeleteProps");
    if (problems) *problems = nullptr;
    for (ULONG i = 0; i < tags->cValues; i++) properties.erase(tags->aulPropTag[i] >> 16);
    return S_OK;
}
