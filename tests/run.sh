#!/usr/bin/env bash
# Runs every test and ends with the line "N passed, N failed, N skipped".
#
#   tests/run.sh            everything
#   tests/run.sh NAME...    only test projects whose name contains one of the words (no format check)
#
# Installs what the tests need (apt, as root or with sudo). With CI=true a test whose tool is missing fails instead of being skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
CONFIGURATION=${CONFIGURATION:-Release}
started=$SECONDS

say() { printf '\n== %s (%ds)\n' "$1" $((SECONDS - started)); }

# shellcheck source=tests/install-tools.sh
. tests/install-tools.sh

say "build"
if ! dotnet build BackupFabric.sln -c "$CONFIGURATION" -v quiet --nologo; then
  echo "The build failed."
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi

passed=0 failed=0 skipped=0
if [ $# -eq 0 ]; then
  say "format"
  if dotnet format BackupFabric.sln --verify-no-changes --no-restore -v quiet; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: the sources are not formatted; run: dotnet format BackupFabric.sln"
  fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in tests/*.Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  if [ $# -gt 0 ]; then
    wanted=false
    for word in "$@"; do [[ $name == *"$word"* ]] && wanted=true; done
    $wanted || continue
  fi
  say "$name"
  timeout --kill-after=30 1500 "tests/$name/bin/$CONFIGURATION/net10.0/$name" -noLogo -noColor 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  # "   Name  Total: 12, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 0.5s"
  if summary=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1) && [ -n "$summary" ]; then
    read -r total errors bad left < <(tr -c '0-9\n' ' ' <<<"$summary")
    passed=$((passed + total - bad - left)) failed=$((failed + bad + errors)) skipped=$((skipped + left))
    if [ "$code" -ne 0 ] && [ $((bad + errors)) -eq 0 ]; then failed=$((failed + 1)); echo "FAILED: $name ended with exit code $code"; fi
    if [ "$total" -eq 0 ]; then failed=$((failed + 1)); echo "FAILED: $name ran no test"; fi
  else
    failed=$((failed + 1))
    echo "FAILED: $name ended with exit code $code and no summary"
  fi
done

say "end"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
