@echo off
rem usage: registration.cmd install|repair|uninstall [x64|x86] [DLL]
rem The architecture is Outlook's; it is looked up when it is left out. The work is in the DLL: regsvr32 calls it, and
rem it writes registration.log beside itself.
setlocal EnableExtensions DisableDelayedExpansion

set "PROVIDER=Fabrikam Mail"
set "SERVICE=FABRIKAM_MAIL"
set "DLL=fabmai32.dll"
set "BUILT=fabrikam_mail.dll"
set "ACTION=%~1"
set "ARCHITECTURE=%~2"
set "SOURCE=%~3"
set "HERE=%~dp0"
set "SYSTEM=%SystemRoot%/System32"
if exist "%SystemRoot%/Sysnative/reg.exe" set "SYSTEM=%SystemRoot%/Sysnative"

if "%ARCHITECTURE%"=="" call :outlook
if /i "%ARCHITECTURE%"=="x64" goto x64
if /i "%ARCHITECTURE%"=="x86" goto x86
if "%ARCHITECTURE%"=="" echo error: no Outlook was found; name its architecture: x64 x86
if not "%ARCHITECTURE%"=="" echo error: this provider is not made for %ARCHITECTURE%
exit /b 1

:x64
if defined ProgramW6432 set "ProgramFiles=%ProgramW6432%"
set "REGSVR32=%SYSTEM%/regsvr32.exe"
set "TRIPLE=x86_64-pc-windows-msvc"
goto act

:x86
if defined ProgramFiles(x86) set "ProgramFiles=%ProgramFiles(x86)%"
set "REGSVR32=%SystemRoot%/SysWOW64/regsvr32.exe"
if not exist "%REGSVR32%" set "REGSVR32=%SYSTEM%/regsvr32.exe"
set "TRIPLE=i686-pc-windows-msvc"
goto act

:act
set "TARGET=%ProgramFiles%/Fabrikam, Inc/Fabrikam Mail"
rem MAPI inserts "32" before the first period that it finds, wherever that is.
if not "%TARGET%"=="%TARGET:.=%" (
    echo error: "%TARGET%" has a period in it; MAPI would not find the DLL there
    exit /b 1
)
if /i "%ACTION%"=="install" goto install
if /i "%ACTION%"=="repair" goto repair
if /i "%ACTION%"=="uninstall" goto uninstall
echo usage: %~nx0 install^|repair^|uninstall [x64^|x86] [DLL]
exit /b 2

:install
if "%SOURCE%"=="" if exist "%HERE%%ARCHITECTURE%/%DLL%" set "SOURCE=%HERE%%ARCHITECTURE%/%DLL%"
if "%SOURCE%"=="" if exist "%HERE%../target/%TRIPLE%/release/%BUILT%" set "SOURCE=%HERE%../target/%TRIPLE%/release/%BUILT%"
if "%SOURCE%"=="" (
    echo error: there is no DLL for %ARCHITECTURE%: cargo build --release --target %TRIPLE%
    exit /b 1
)
if not exist "%TARGET%/" mkdir "%TARGET%"
if not exist "%TARGET%/" goto refused
copy /y "%SOURCE%" "%TARGET%/%DLL%" >nul
if errorlevel 1 goto refused
call :forget
"%REGSVR32%" /s "%TARGET%/%DLL%"
if errorlevel 1 goto failed
type "%TARGET%/registration.log"
set "INDEXING=%HERE%indexing.reg"
call :import
if errorlevel 1 goto refused
echo Now add "%PROVIDER%" to a profile: Control Panel, Mail, Data Files or E-mail Accounts.
exit /b 0

:repair
if not exist "%TARGET%/%DLL%" (
    echo error: "%TARGET%/%DLL%" is not there; install it first
    exit /b 1
)
call :forget
"%REGSVR32%" /s "%TARGET%/%DLL%"
if errorlevel 1 goto failed
type "%TARGET%/registration.log"
exit /b 0

:uninstall
echo The service %SERVICE% must not be in any profile of this machine any more: Outlook does not start with a profile
echo that names a service it cannot load.
set "ANSWER=%MAPI_UNINSTALL_CONFIRMED%"
if "%ANSWER%"=="" set /p "ANSWER=Has it been removed from all profiles (Control Panel, Mail)? [y/N] "
if /i not "%ANSWER%"=="y" (
    echo Nothing was changed.
    exit /b 1
)
if not exist "%TARGET%/%DLL%" goto unregistered
call :forget
"%REGSVR32%" /s /u "%TARGET%/%DLL%"
if errorlevel 1 goto failed
type "%TARGET%/registration.log"
:unregistered
set "INDEXING=%HERE%indexing-remove.reg"
call :import
if errorlevel 1 goto refused
if exist "%TARGET%/%DLL%" del "%TARGET%/%DLL%"
if exist "%TARGET%/%DLL%" goto refused
if exist "%TARGET%/registration.log" del "%TARGET%/registration.log"
rem Only an empty directory goes.
if exist "%TARGET%/" rmdir "%TARGET%" 2>nul
exit /b 0

rem The indexer is a process of the system's own bitness. A 32-bit Windows knows no views.
:import
"%SYSTEM%/reg.exe" import "%INDEXING%" /reg:64 >nul 2>&1
if errorlevel 1 "%SYSTEM%/reg.exe" import "%INDEXING%" >nul
exit /b

:failed
echo error: the registration failed
if exist "%TARGET%/registration.log" type "%TARGET%/registration.log"
if not exist "%TARGET%/registration.log" echo Windows did not run the DLL: is it whole, and made for %ARCHITECTURE%?
exit /b 1

rem What an earlier run said.
:forget
if exist "%TARGET%/registration.log" del "%TARGET%/registration.log"
exit /b 0

:refused
echo error: Windows refused the last step. Close Outlook, and run this as administrator.
exit /b 1

rem Outlook's architecture, from Click-to-Run's registration or the installer's.
:outlook
for %%V in (64 32) do call :value "HKLM/SOFTWARE/Microsoft/Office/ClickToRun/Configuration" Platform %%V
for %%O in (16.0 15.0) do for %%V in (64 32) do call :value "HKLM/SOFTWARE/Microsoft/Office/%%O/Outlook" Bitness %%V
exit /b 0

:value
if not "%ARCHITECTURE%"=="" exit /b 0
for /f "tokens=1,3" %%N in ('%SYSTEM%/reg.exe query %1 /v %2 /reg:%3 2^>nul') do if "%%N"=="%2" set "ARCHITECTURE=%%O"
exit /b 0
