@echo off
rem usage: install.cmd [options], see setup install --help
"%~dp0setup.exe" install %*
