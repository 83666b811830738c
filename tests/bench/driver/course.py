"""What one engine goes through in one round, phase by phase, each measured the same way."""

import os
import shutil

from .failure import BenchFailure
from .timing import run, timed, warm

KEPT_POINTS = 3
LAST_DAY = 9


class Course:
    def __init__(self, data, today, work, log, say, skipped=()):
        self.data, self.today, self.work, self.log, self.say, self.skipped = data, today, work, log, say, skipped

    def run(self, engine, with_prune):
        folder = os.path.join(self.work, engine.key)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.engine, self.folder, self.samples = engine, folder, []
        try:
            engine.begin(folder)
            for command in engine.create():
                run(command, env=engine.environment, log=self.log)
            self._phases(with_prune)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return self.samples

    def _phases(self, with_prune):
        self._copy("first", "vm1", 0, self.data.path("vm1-day0"))
        self._copy("day1", "vm1", 1, self.data.path("vm1-day1"))
        self._copy("sibling", "vm2", 0, self.data.path("vm2-day0"))
        if "verify" not in self.skipped:
            self._measure("verify", self.engine.verify(), self._files())
        if "restore" not in self.skipped:
            self._restore()
        prunes = with_prune and self.engine.prunes and "prune" not in self.skipped
        if prunes or "day2" not in self.skipped:
            self._later_days(LAST_DAY if prunes else 2)
        if prunes:
            self._measure("prune", self.engine.prune("vm1", KEPT_POINTS), self._files())

    def _later_days(self, last):
        for day in range(2, last + 1):
            image = self.today.go_to(day)
            ranges = self.data.ranges_file(day, self.folder) if self.engine.takes_ranges else None
            if not self._copy("day2" if day == 2 else f"day{day}", "vm1", day, image, ranges):
                return

    def _copy(self, phase, vm, day, image, ranges=None):
        name = f"{vm}-day{day}"
        cost = self._measure(phase, self.engine.copy(vm, name, image, ranges), [image])
        if cost:
            self.engine.note_point(name, cost.output)
        return cost

    def _restore(self):
        image = self.data.path("vm1-day0")
        target = os.path.join(self.folder, "restored")
        os.makedirs(target)
        self._measure("restore", self.engine.restore("vm1-day0", image, target), self._files())
        restored = self.engine.restored(image, target)
        try:
            run(["cmp", image, restored], log=self.log)
        except BenchFailure as different:
            raise BenchFailure(f"{self.engine.title} restored another disk than it was given: {different}") from different
        shutil.rmtree(target)

    def _measure(self, phase, commands, read):
        if not commands:
            return None
        warm(read)
        cost = timed(commands, self.folder, self.engine.environment, self.log)
        stored = sum(_stored(path) for path in self._files())
        self.samples.append({"engine": self.engine.key, "phase": phase, **cost.as_json(), "repository_bytes": stored})
        self.say(f"  {self.engine.key:14} {phase:8} {cost.wall:8.2f} s  {cost.user + cost.system:8.2f} CPU s  {cost.peak_rss_bytes / 1048576:6.0f} MiB  repository {stored / 1e6:8.0f} MB")
        return cost

    def _files(self):
        return [os.path.join(folder, name) for folder, _, names in os.walk(self.engine.repository) for name in names]


def _stored(path):
    """Holes take no room; what a file system rounds up to is not the engine's doing."""
    status = os.stat(path)
    return min(status.st_size, status.st_blocks * 512)
