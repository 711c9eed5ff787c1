@echo off
rem usage: install.cmd [x64|x86]
call "%~dp0registration.cmd" install %*
