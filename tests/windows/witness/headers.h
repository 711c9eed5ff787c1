// The headers of mingw-w64, with the faults mended that headers.sed names, and what no public header has.
#pragma once

#define UNICODE
#define _UNICODE
#include <windows.h>
#include <objbase.h>
// Order matters from here on.
#include <mapidefs.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapix.h>
#include <mapispi.h>

// The identifiers of mapiguid.h as values that the compiler knows, which the header itself only declares.
namespace known::ids {
#undef DEFINE_OLEGUID
#define DEFINE_OLEGUID(name, first, second, third) \
    constexpr GUID name = {first, second, third, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
#include <mapiguid.h>
}  // namespace known::ids
namespace ids = known::ids;

// In no public header; written down from the pages imapisynciunknown, imapisyncprogresscallbackiunknown, mapisib,
// imapiprovidershutdowniunknown, imscapabilitiesiunknown, ifoldersupportiunknown and imapigetsessioniunknown of
// Microsoft's documentation. So here the witness is no more independent than the pages are.
struct IMAPISyncProgressCallback : IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Progress(const WCHAR *text, ULONG index, ULONG maximum) = 0;
    virtual HRESULT STDMETHODCALLTYPE Error(HRESULT code, const WCHAR *text) = 0;
    virtual HRESULT STDMETHODCALLTYPE Done(HANDLE event, HRESULT code) = 0;
};

struct MAPISIB {
    ULONG ulSize;
    ULONG ulFlags;
    LPMAPISESSION psesSync;
    LPUNKNOWN punkCallBack;
    HANDLE *phSyncDoneEvent;
};

struct IMAPISync : IUnknown {
    virtual HRESULT STDMETHODCALLTYPE SynchronizeInBackground(MAPISIB *sib) = 0;
};

struct IMAPIProviderShutdown : IUnknown {
    virtual HRESULT STDMETHODCALLTYPE QueryFastShutdown() = 0;
    virtual HRESULT STDMETHODCALLTYPE NotifyProcessShutdown() = 0;
    virtual HRESULT STDMETHODCALLTYPE DoFastShutdown() = 0;
};

struct IMSCapabilities : IUnknown {
    virtual ULONG STDMETHODCALLTYPE GetCapabilities(ULONG selector) = 0;
};

struct IFolderSupport : IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetSupportMask(DWORD *mask) = 0;
};

struct IMAPIGetSession : IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetMAPISession(IUnknown **session) = 0;
};

namespace known::ids {
constexpr GUID IID_IMAPISync = {0x5024A385, 0x2D44, 0x486A, {0x81, 0xA8, 0x8F, 0x0E, 0xCB, 0x60, 0x71, 0xDD}};
constexpr GUID IID_IMAPISyncProgressCallback = {
    0x5024A386, 0x2D44, 0x486A, {0x81, 0xA8, 0x8F, 0x0E, 0xCB, 0x60, 0x71, 0xDD}};
DEFINE_OLEGUID(IID_IMAPIProviderShutdown, 0x00020398, 0, 0);
DEFINE_OLEGUID(IID_IMSCapabilities, 0x00020393, 0, 0);
constexpr GUID IID_IFolderSupport = {0x00375AC3, 0xECAF, 0x4EF8, {0xA5, 0x27, 0x34, 0xF4, 0x52, 0xFA, 0x9C, 0x67}};
}  // namespace known::ids

constexpr ULONG SYNC_UPLOAD_HIERARCHY = 1, SYNC_DOWNLOAD_HIERARCHY = 2, SYNC_UPLOAD_CONTENTS = 0x40,
                SYNC_DOWNLOAD_CONTENTS = 0x80;
