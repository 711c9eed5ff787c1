@echo off
rem usage: repair.cmd [options], see setup repair --help
"%~dp0setup.exe" repair %*
