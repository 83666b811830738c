"""Runs commands under GNU time: wall, processor seconds and peak memory of the command with all its children."""

import os
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass, field

from .failure import BenchFailure

TIME = "/usr/bin/time"


@dataclass
class Cost:
    wall: float = 0.0
    user: float = 0.0
    system: float = 0.0
    peak_rss_bytes: int = 0
    load_before: float = 0.0
    output: str = field(default="", repr=False)

    def as_json(self):
        return {"wall": round(self.wall, 3), "user": self.user, "system": self.system,
                "peak_rss_bytes": self.peak_rss_bytes, "load_before": self.load_before}


def run(command, env=None, cwd=None, log=None):
    """Runs to the end; its standard output is returned. Not 0 is a failure that shows what the command said."""
    process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True, text=True, errors="replace")
    try:
        output, errors = process.communicate()
    except BaseException:
        # Interrupted: the whole family of the command ends with it, so that its files can be deleted.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if log:
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"$ {shlex.join(command)}\n{output[-20000:]}{errors[-20000:]}\n")
    if process.returncode != 0:
        raise BenchFailure(f"'{shlex.join(command)}' ended with exit code {process.returncode}:\n{(errors or output).strip()[-2000:]}")
    return output


def timed(commands, synced_folder, env, log):
    """The commands one after the other, then the file system's sync: one span. Before it, nobody owes the disk anything."""
    subprocess.run(["sync"], check=True)
    cost = Cost(load_before=os.getloadavg()[0])
    figures = log + ".time"
    begun = time.perf_counter()
    for command in commands:
        cost.output = run([TIME, "-q", "-o", figures, "-f", "%U %S %M", *command], env=env, log=log)
        with open(figures, encoding="utf-8") as file:
            user, system, kib = file.read().split()[-3:]
        cost.user += float(user)
        cost.system += float(system)
        cost.peak_rss_bytes = max(cost.peak_rss_bytes, int(kib) * 1024)
    subprocess.run(["sync", "-f", synced_folder], check=True)
    cost.wall = time.perf_counter() - begun
    return cost


def warm(paths):
    """Reads files, so that all engines find them in the page cache alike."""
    buffer = bytearray(1 << 20)
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass
