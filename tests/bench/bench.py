#!/usr/bin/env python3
"""The measured comparison. `run.sh` installs what is needed, builds `bf` and calls this; README.md beside it says what is measured and how."""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile

from driver import engines, machine, ours, report
from driver.course import Course
from driver.dataset import DataSet, DayImage
from driver.failure import BenchFailure
from driver.figures import Figures
from driver.timing import TIME, run

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 1
SMOKE = ("bf", "borg-lz4", "zstd")
# The greatest repository (no compression), a restored disk without holes and the image of the day, in disk sizes.
ROOM = 2.7


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="disks of 1 GiB instead of 8")
    parser.add_argument("--smoke", action="store_true", help="disks of 64 MiB, ours and one peer: whether the comparison itself works; the figures mean nothing")
    parser.add_argument("--size", help="another disk size, such as 4G")
    parser.add_argument("--data", help="a folder that make-dataset.sh filled, instead of the cache")
    parser.add_argument("--only", help="engines, by key, with commas between them; --list shows the keys")
    parser.add_argument("--list", action="store_true", help="the engines")
    parser.add_argument("--repeat", type=int, default=3, help="rounds (default 3); slow peers run in the first one only")
    parser.add_argument("--skip", default="", help="phases to leave out, with commas between them: verify, restore, day2, prune")
    parser.add_argument("--out", default=os.path.join(HERE, "results"), help="where table.md and results.json go")
    parser.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "backupfabric-bench"), help="where data sets are kept and repositories are made")
    parser.add_argument("--bf", help="the published bf")
    parser.add_argument("--kernels", help="the built BackupFabric.Bench")
    return parser.parse_args()


def chosen(options):
    every = [*ours.engines(options.bf or "bf"), *engines.peers()]
    if options.list:
        for engine in every:
            print(f"{engine.key:14} {engine.title}{'; ' + engine.note if engine.note else ''}")
        sys.exit(0)
    wanted = options.only.split(",") if options.only else list(SMOKE) if options.smoke else [engine.key for engine in every]
    unknown = set(wanted) - {engine.key for engine in every}
    if unknown:
        raise BenchFailure(f"There is no engine '{sorted(unknown)[0]}'. There are: {', '.join(engine.key for engine in every)}.")
    selected = [engine for engine in every if engine.key in wanted]
    missing = sorted({engine.tool for engine in selected if not shutil.which(engine.tool)} | ({TIME} if not os.path.exists(TIME) else set()))
    if missing:
        raise BenchFailure(f"Not found: {', '.join(missing)}. tests/bench/run.sh installs the peers as root or with sudo; or leave engines out with --only.")
    return selected


def measured(options, selected, data, work, samples):
    say = lambda text: print(text, flush=True)
    log = os.path.join(options.out, "commands.log")
    today = DayImage(data, work)
    course = Course(data, today, work, log, say, skipped=options.skip.split(","))
    rounds = 1 if options.smoke else options.repeat
    for number in range(rounds):
        # Every engine once, then again: whatever drifts on the machine hits all alike.
        say(f"Round {number + 1} of {rounds}")
        for engine in selected:
            if number > 0 and engine.slow:
                continue
            samples += course.run(engine, with_prune=number == 0 or engine.kind == engines.OURS)


def kernel_limits(options, data):
    if not options.kernels:
        return None
    file = os.path.join(options.out, "limits.json")
    run([options.kernels, "limits", data.path("vm1-day0"), "--megabytes", "64" if options.smoke else "512", "--json", file])
    with open(file, encoding="utf-8") as content:
        return json.load(content)


def check_room(folder, size):
    free = shutil.disk_usage(folder).free
    if free < size * ROOM:
        raise BenchFailure(f"'{folder}' has {free / 1e9:.0f} GB free; about {size * ROOM / 1e9:.0f} GB are needed. Name another folder with --cache.")


def main():
    options = arguments()
    selected = chosen(options)
    os.makedirs(options.out, exist_ok=True)
    os.makedirs(options.cache, exist_ok=True)
    size = options.size or ("64M" if options.smoke else "1G" if options.small else "8G")
    data = DataSet(options.data) if options.data else DataSet.made(options.cache, size, SEED, os.path.join(HERE, "make-dataset.sh"))
    check_room(options.cache, data.size)
    if os.getloadavg()[0] > 0.5:
        print(f"The machine is busy (load {os.getloadavg()[0]:.1f}): read the ratios with care.", flush=True)
    samples = []
    work = tempfile.mkdtemp(prefix="work-", dir=options.cache)
    try:
        described = machine.description(work)
        limits = kernel_limits(options, data)
        measured(options, selected, data, work, samples)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if samples:
            with open(os.path.join(options.out, "results.json"), "w", encoding="utf-8") as file:
                json.dump({"machine": described, "disk_bytes": data.size, "limits": limits, "samples": samples}, file, indent=1)
    table = report.markdown(Figures(samples), selected, described, limits, data)
    with open(os.path.join(options.out, "table.md"), "w", encoding="utf-8") as file:
        file.write(table)
    print("\n" + table)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except BenchFailure as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit("bench: interrupted; the work folder was deleted.")
