#!/usr/bin/env bash
# publish.sh - builds bf as it is delivered, with its code compiled beforehand (ReadyToRun), so that it starts fast.
#
#   deploy/publish.sh [--with-runtime] [FOLDER] [RUNTIME]        e.g.  deploy/publish.sh artifacts/bf linux-x64
#
# For the .NET runtime that the machine has; with --with-runtime the runtime comes along (some 100 MB) and is compiled together with bf, which saves
# another fifth of a second at each start (tests/bench/PROFILE.md). FOLDER is artifacts/bf and RUNTIME this machine's when they are left out. Needs the .NET SDK
# and, the first time, its registry: the compiler and the runtime are packages.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
alone=false
if [ "${1:-}" = --with-runtime ]; then alone=true; shift; fi
folder=${1:-$root/artifacts/bf}
runtime=${2:-$(dotnet --info | awk '$1 == "RID:" { print $2; exit }')}
case $runtime in
  linux-* | win-* | osx-*) ;;
  # Distributions have names of their own for what runs on all of them.
  *) case $(uname -m) in aarch64 | arm64) runtime=linux-arm64 ;; *) runtime=linux-x64 ;; esac ;;
esac
dotnet publish "$root/server/BackupFabric.Cli" --configuration Release --runtime "$runtime" --self-contained $alone \
  -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=$alone --output "$folder" --nologo --verbosity quiet
echo "$folder"
