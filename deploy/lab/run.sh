#!/usr/bin/env bash
# The two-minute tour: builds BackupFabric, starts a server, a simulated data centre with two Hyper-V hosts and an agent on each,
# protects a running VM, synchronizes after its guest wrote, recovers it to the other host, compares every byte, and leaves all of it running.
#
#   deploy/lab/run.sh [--once] [--json] [--disk FILE] [--dir DIR] [--port PORT]
#   deploy/lab/run.sh --stop [--dir DIR]
#   deploy/lab/run.sh --help
#
# Needs the .NET 10 SDK and nothing else.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
configuration=${CONFIGURATION:-Release}

if ! command -v dotnet >/dev/null; then
  echo "run.sh: the .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2
  exit 1
fi

# Results belong on standard output; the build does not.
echo "Building (a minute or two the first time)..." >&2
log=$(mktemp)
for project in server/BackupFabric.Server server/BackupFabric.Cli agent/BackupFabric.Agent.Service agent/BackupFabric.Agent.Lab deploy/lab/BackupFabric.Tour; do
  if ! dotnet build "$root/$project" -c "$configuration" -v quiet --nologo >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "run.sh: the build of $project failed." >&2
    exit 1
  fi
done
rm -f "$log"
exec "$root/deploy/lab/BackupFabric.Tour/bin/$configuration/net10.0/bf-tour" --root "$root" --configuration "$configuration" "$@"
