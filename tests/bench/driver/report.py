"""The figures as Markdown: ours first, the peers, then promise by promise."""

from .targets import Targets

PHASES = {"first": "first copy", "day1": "day 1, read whole", "day2": "day 2 (ours: by changed ranges)", "sibling": "sibling", "verify": "verify all data", "restore": "restore", "prune": "prune to 3 of 10"}


def markdown(figures, engines, machine, limits, data):
    measured = [engine for engine in engines if figures.values(engine.key, "first", "wall")]
    parts = [
        f"Disk of {data.size / 2**30:g} GiB. {machine['processor']}, {machine['cores']} cores, {machine['memory_bytes'] / 2**30:.0f} GiB, {machine['system']}, kernel {machine['kernel']}, {machine['file_system']}. "
        + ", ".join(sorted(machine["versions"].values())) + ".",
        "Wall seconds, data synced to the disk, median (least to greatest of several rounds) [CPU seconds].",
        _table(["engine", *PHASES.values(), "peak MiB"], [[engine.title, *(_seconds(figures, engine.key, phase) for phase in PHASES), _mebibytes(figures.peak(engine.key))] for engine in measured]),
        "Repository, MB, after each phase.",
        _table(["engine", "first copy", "+ day 1", "+ sibling", "ten days", "pruned to 3"],
               [[engine.title, *(_megabytes(figures, engine.key, phase) for phase in ("first", "day1", "sibling", "day9", "prune"))] for engine in measured]),
        "Promises.",
        _table(["promise", "ours", "best peer", "reached", "target", ""], [[v.promise, v.ours, v.peer, v.reached, v.target, v.word] for v in Targets(figures, measured).verdicts()]),
    ]
    if limits:
        parts += _limits(figures, measured, limits)
    return "\n\n".join(parts) + "\n"


def _limits(figures, engines, limits):
    """What the first copy would take if nothing but these kernels ran, on all processors without a pause."""
    rate = {kernel["name"]: kernel["allProcessors"] for kernel in limits["kernels"]}
    content = limits["contentBytes"]
    rows = []
    for key, codec in (("bf", "LZ4 compress"), ("bf-zstd", "Zstandard 1 compress")):
        wall = figures.median(key, "first", "wall")
        if not wall:
            continue
        parts = {name: content / rate[name] for name in ("reading the file, cached", "cutting", "BLAKE3, blocks side by side", codec)}
        limit = sum(parts.values())
        disk = figures.median("cp", "first", "wall")
        rows.append([next(e.title for e in engines if e.key == key), f"{wall:.2f}", f"{limit:.2f}", *(f"{seconds:.2f}" for seconds in parts.values()), f"{disk:.2f}" if disk else "-", f"{limit / wall:.0%}"])
    kernels = [[k["name"], f"{k['oneThread'] / 1e6:,.0f}", f"{k['allProcessors'] / 1e6:,.0f}", f"{k['perCpuSecond'] / 1e6:,.0f}"] for k in limits["kernels"]]
    return [
        "Kernels alone, on the same disk's content.",
        _table(["kernel", "one thread MB/s", "all processors MB/s", "MB per CPU second"], kernels),
        f"The first copy ({content / 1e6:,.0f} MB of content) beside the limit of reading, cutting, hashing and compressing on all processors; the disk's own limit is `cp --sparse`, synced.",
        _table(["engine", "wall s", "limit s", "read", "cut", "hash", "codec", "cp", "of the limit"], rows),
    ]


def _table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows)])


def _seconds(figures, engine, phase):
    walls = figures.values(engine, phase, "wall")
    if not walls:
        return "-"
    spread = f" ({min(walls):.3g} to {max(walls):.3g})" if len(walls) > 1 else ""
    return f"{figures.median(engine, phase, 'wall'):.3g}{spread} [{figures.median(engine, phase, 'cpu'):.3g}]"


def _megabytes(figures, engine, phase):
    size = figures.median(engine, phase, "repository_bytes")
    return f"{size / 1e6:,.0f}" if size else "-"


def _mebibytes(size):
    return f"{size / 1048576:.0f}" if size else "-"
