/* Rust's standard library imports ProcessPrng from bcryptprimitives.dll, which Wine 8 lacks.
   This stands in for it in the test bed; a shipped provider never needs it. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
    return SystemFunction036(data, (ULONG)length);
}
