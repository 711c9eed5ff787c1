/* Loads a DLL and keeps it, as Outlook does with a provider, until standard input ends. */
#include <stdio.h>
#include <windows.h>

int wmain(int count, wchar_t **arguments)
{
    if (count != 2 || !LoadLibraryW(arguments[1])) return 1;
    puts("loaded");
    fflush(stdout);
    while (getchar() != EOF) {
    }
    return 0;
}
