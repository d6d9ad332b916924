@rem aws-mfa-env with its statements put into this very cmd. In a script: call awsmfa.cmd 123456
@rem Every line has its own @: `echo off` would hold on in the script that calls.

@set awsmfa_local=
@setlocal EnableExtensions DisableDelayedExpansion
@for %%p in (aws-mfa-env.com aws-mfa-env.exe aws-mfa-env.bat aws-mfa-env.cmd) do @if not "%%~$PATH:p"=="" set awsmfa_local=yes
@if not defined awsmfa_local goto missing

@rem Arguments are looked at through variables alone: in a line, a quote, an ampersand or a parenthesis takes part.
@set awsmfa_command=aws-mfa-env --shell cmd %*
@set awsmfa_word=%1
@setlocal EnableDelayedExpansion
@if not defined awsmfa_word goto evaluate
@set "awsmfa_word=!awsmfa_word:"=!"
@for %%l in (a b c d e f g h i j k l m n o p q r s t u v w x y z) do @if /i "!awsmfa_word:~0,1!"=="%%l" goto command

:scan
@set awsmfa_word=%1
@if not defined awsmfa_word goto evaluate
@if "!awsmfa_word!"=="-h" goto help
@if "!awsmfa_word!"=="--help" goto help
@if "!awsmfa_word!"=="--version" goto version
@shift /1
@goto scan

:evaluate
@endlocal
@rem Nothing but `set` is ever run, whatever was printed. The first one ends what is local here, awsmfa_local with it.
@for /f "tokens=1,*" %%a in ('%%awsmfa_command%%') do @if "%%a"=="set" ((if defined awsmfa_local endlocal) & >nul set %%b) else ((for /l %%n in (1,1,255) do @if "%%a %%b"=="cmd /d /c exit %%n" exit /b %%n) & goto failed)
@if defined awsmfa_local exit /b 1
@exit /b 0

:missing
@>&2 echo awsmfa: error: aws-mfa-env is not on PATH
@>&2 echo awsmfa: hint: npm install --global aws-mfa-env
@exit /b 127

:failed
@>&2 echo awsmfa: error: aws-mfa-env printed something else than statements for cmd
@exit /b 1

@rem What a command prints is its own. Not by `call`, which would read the arguments a second time.
:command
@endlocal & endlocal & setlocal DisableDelayedExpansion
@aws-mfa-env %*
@exit /b

@rem Without the other arguments: should it be an option's value, no session must go to the screen.
:help
@endlocal & endlocal
@aws-mfa-env --help
@exit /b

:version
@endlocal & endlocal
@aws-mfa-env --version
@exit /b
