#!/usr/bin/env bash
# The measured comparison with other backup engines: installs them, makes the data, runs all of them side by side, prints a table and writes a JSON file.
#
#   tests/bench/run.sh [--small | --smoke] [--only KEYS] [--repeat N] [--out DIR] [--cache DIR] [--data DIR] [--skip PHASES] [--list] [--no-install]
#
# README.md beside this file says what is measured. Needs root (or sudo) only while a peer is missing; --no-install never asks for it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 PYTHONDONTWRITEBYTECODE=1
PATH=$PATH:/usr/sbin:/sbin

install=true bf='' words=()
build=${BUILD_FOLDER:-${TMPDIR:-/tmp}/backupfabric-bench-build}
while [ $# -gt 0 ]; do
  case $1 in
    --no-install) install=false ;;
    --smoke) install=false words+=("$1") ;;
    --bf) bf=$2 && shift ;;
    *) words+=("$1") ;;
  esac
  shift
done

install_missing() {
  local missing=() package tool
  while read -r package tool; do
    command -v "$tool" >/dev/null 2>&1 || missing+=("$package")
  done <<'LIST'
restic restic
borgbackup borg
casync casync
zstd zstd
lz4 lz4
qemu-utils qemu-img
time /usr/bin/time
e2fsprogs mkfs.ext4
LIST
  [ ${#missing[@]} -gt 0 ] || return 0
  local sudo=''
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  echo "Installing ${missing[*]}"
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

for tool in python3 dotnet; do
  command -v "$tool" >/dev/null || { echo "run.sh: '$tool' is needed and was not found." >&2; exit 1; }
done
case " ${words[*]-} " in *' --list '* | *' --help '* | *' -h '*) exec python3 "$here/bench.py" "${words[@]}" ;; esac
if $install; then install_missing; fi

dotnet build "$here/BackupFabric.Bench" -c Release -v quiet --nologo
if [ -z "$bf" ]; then
  # As README advises to install it: with the runtime compiled in, since a start is part of every phase.
  bf=$("$root/deploy/publish.sh" --with-runtime "$build/bf" | tail -n 1)/bf
fi
exec python3 "$here/bench.py" --bf "$bf" --kernels "$here/BackupFabric.Bench/bin/Release/net10.0/BackupFabric.Bench" "${words[@]}"
