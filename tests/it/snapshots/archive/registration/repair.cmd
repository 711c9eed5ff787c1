@echo off
rem usage: repair.cmd [x64|x86]
call "%~dp0registration.cmd" repair %*
