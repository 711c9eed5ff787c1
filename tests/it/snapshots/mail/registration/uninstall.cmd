@echo off
rem usage: uninstall.cmd [x64|x86]
call "%~dp0registration.cmd" uninstall %*
