#!/usr/bin/env bash
# Builds, tests and shows SkydivePS: ./build.sh [build|test|demo|bench|fuzz|soak|package|clean] [options]
# Installs what is missing of the system's packages when it runs as root on a Debian system, then hands over to build/.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf 'build: %s\n' "$*" >&2; }

if ! command -v dotnet >/dev/null 2>&1; then
  say "the .NET 10 SDK is needed and 'dotnet' is not on PATH (https://dotnet.microsoft.com/download)"
  exit 1
fi

missing=()
command -v ip >/dev/null 2>&1 || missing+=(iproute2)
command -v ping >/dev/null 2>&1 || missing+=(iputils-ping)
ldconfig -p 2>/dev/null | grep -q 'libpcap\.so\.0\.8' || missing+=(libpcap0.8)
ldconfig -p 2>/dev/null | grep -q 'libsqlite3\.so\.0' || missing+=(libsqlite3-0)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing ${missing[*]}"
    log=$(mktemp)
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      say "could not install ${missing[*]}; going on without"
    fi
    rm -f "$log"
  else
    say "missing: ${missing[*]} (as root on Debian they would be installed); going on without"
  fi
fi

if ! command -v pwsh >/dev/null 2>&1; then
  if dotnet tool restore >/dev/null 2>&1; then
    SKYDIVE_PWSH="dotnet tool run pwsh --"
    export SKYDIVE_PWSH
  else
    say "no pwsh on PATH, and the PowerShell tool could not be restored: what needs PowerShell is left out"
  fi
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
if ! output=$(dotnet build build/Build.csproj -c Release --nologo -v quiet 2>&1); then
  printf '%s\n' "$output" >&2
  exit 1
fi
exec dotnet build/bin/Release/net10.0/Build.dll "$@"
