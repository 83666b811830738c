"""The disks that are copied: made once, kept in a cache folder, used again when complete."""

import json
import os
import shutil

from .failure import BenchFailure
from .timing import run

MARKER = "complete.json"
DAYS = 9
VERSION = 2  # of make-dataset.sh: another one makes other data


class DataSet:
    def __init__(self, folder):
        self.folder = folder
        needed = ["vm1-day0.raw", "vm1-day1.raw", "vm2-day0.raw", "vm3-day0.raw"]
        needed += [f"vm1-day{day}.{kind}" for day in range(1, DAYS + 1) for kind in ("json", "delta")]
        missing = [name for name in needed if not os.path.exists(os.path.join(folder, name))]
        if missing:
            raise BenchFailure(f"The data set in '{folder}' lacks {', '.join(missing)}. Delete the folder; the next run makes it anew.")
        self.size = os.path.getsize(self.path("vm1-day0"))

    def path(self, name):
        return os.path.join(self.folder, name + ".raw")

    def day(self, number):
        with open(os.path.join(self.folder, f"vm1-day{number}.json"), encoding="utf-8") as file:
            return json.load(file)

    def ranges_file(self, number, folder):
        """The changed ranges alone, in the form that `bf store import --changed` reads."""
        path = os.path.join(folder, f"ranges-day{number}.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.day(number)["ranges"], file)
        return path

    @staticmethod
    def made(cache, size, seed, maker):
        folder = os.path.join(cache, f"data-{size}-seed{seed}-v{VERSION}")
        if os.path.exists(os.path.join(folder, MARKER)):
            return DataSet(folder)
        print(f"Making the data set of {size} in {folder}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            run([maker, size, folder], env={**os.environ, "SEED": str(seed), "DAYS": str(DAYS), "VHDX": "0"})
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        data = DataSet(folder)
        with open(os.path.join(folder, MARKER), "w", encoding="utf-8") as file:
            json.dump({"size": size, "seed": seed, "version": VERSION}, file)
        return data


class DayImage:
    """The disk of VM 1 as it is on one of the days after the first: one file that goes forward and back."""

    def __init__(self, data, folder):
        self.data = data
        self.path = os.path.join(folder, "vm1-today.raw")
        self.now = 1
        run(["cp", "--sparse=always", data.path("vm1-day1"), self.path])

    def go_to(self, day):
        if day < self.now:
            self._rewind()
        while self.now < day:
            self.now += 1
            written = self.data.day(self.now)["written"]
            with open(self.path, "r+b") as image, open(os.path.join(self.data.folder, f"vm1-day{self.now}.delta"), "rb") as delta:
                for change in written:
                    image.seek(change["offset"])
                    image.write(delta.read(change["length"]))
        return self.path

    def _rewind(self):
        with open(self.path, "r+b") as image, open(self.data.path("vm1-day1"), "rb") as first:
            for day in range(2, self.now + 1):
                for change in self.data.day(day)["written"]:
                    first.seek(change["offset"])
                    image.seek(change["offset"])
                    image.write(first.read(change["length"]))
        self.now = 1
