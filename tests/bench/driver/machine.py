"""What the figures were measured on."""

import os
import platform
import shutil
import subprocess

VERSIONS = {"restic": ["restic", "version"], "borg": ["borg", "--version"], "casync": ["casync", "--version"], "zstd": ["zstd", "--version"], "lz4": ["lz4", "--version"],
            "qemu-img": ["qemu-img", "--version"], "dotnet": ["dotnet", "--version"]}


def description(folder):
    return {
        "processor": _field("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
        "system": _field("/etc/os-release", "PRETTY_NAME", "=").strip('"'),
        "file_system": _first(["findmnt", "-n", "-o", "FSTYPE", "--target", folder]),
        "load": os.getloadavg(),
        "versions": {name: _first(command) for name, command in VERSIONS.items() if shutil.which(command[0])},
    }


def _field(path, name, separator=":"):
    try:
        with open(path, encoding="utf-8") as file:
            return next((line.split(separator, 1)[1].strip() for line in file if line.startswith(name)), "unknown")
    except OSError:
        return "unknown"


def _first(command):
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return said.splitlines()[0].strip("* ") if said else "unknown"
