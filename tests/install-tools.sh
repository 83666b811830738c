#!/usr/bin/env bash
# The independent judges that tests compare with, from Debian. Sourced by run.sh; may be run alone.
declare -A tool_of_package=(
  [qemu-utils]=qemu-img
  [b3sum]=b3sum
  [lz4]=lz4
  [zstd]=zstd
  [openssl]=openssl
  [python3]=/usr/bin/python3
)
missing=()
for package in "${!tool_of_package[@]}"; do
  command -v "${tool_of_package[$package]}" >/dev/null 2>&1 || missing+=("$package")
done
[ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import grpc, grpc_tools.protoc, google.protobuf, cryptography' 2>/dev/null || missing+=(python3-grpcio python3-grpc-tools python3-pkg-resources python3-protobuf python3-cryptography)
if [ ${#missing[@]} -gt 0 ]; then
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  echo "Installing ${missing[*]}"
  { $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; } ||
    echo "Some tools could not be installed; tests that need them are skipped, or fail with CI=true."
fi
