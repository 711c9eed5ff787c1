@echo off
rem usage: uninstall.cmd [options], see setup uninstall --help
"%~dp0setup.exe" uninstall %*
