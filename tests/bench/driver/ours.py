"""`bf store` as an engine."""

import json
import os

from .engines import OURS, Engine
from .failure import BenchFailure


class Store(Engine):
    kind = OURS
    prunes = True
    takes_ranges = True

    def __init__(self, key, title, bf, codec=(), encrypted=False):
        super().__init__(key, title)
        self.tool = bf
        self.codec = list(codec)
        self.encrypted = encrypted
        self.points = {}

    def begin(self, folder):
        super().begin(folder)
        self.points = {}
        self.secret = []
        if self.encrypted:
            passphrase = os.path.join(folder, "passphrase")
            with open(passphrase, "w", encoding="ascii") as file:
                file.write("a passphrase for measuring\n")
            self.secret = ["--passphrase-file", passphrase]

    def create(self):
        return [self._store("create")]

    def copy(self, vm, name, image, ranges):
        return [self._store("import", image, "--vm", vm, *self.codec, *(["--changed", ranges] if ranges else []), "--json")]

    def note_point(self, name, output):
        self.points[name] = point_of(output)

    def restore(self, name, image, target):
        return [self._store("restore", self.points[name], f"{target}/disk.raw", "--format", "raw")]

    def verify(self):
        return [self._store("verify")]

    def prune(self, vm, keep):
        return [self._store("prune", "--vm", vm, "--keep-last", str(keep)), self._store("collect", "--empty-trash")]

    def _store(self, verb, *words):
        return [self.tool, "store", verb, self.repository, *words, *self.secret]


def point_of(output):
    """The point's id in the last JSON object that an import printed."""
    for line in reversed([output, *output.splitlines()]):
        try:
            said = json.loads(line)
        except ValueError:
            continue
        for name in ("pointId", "point", "id"):
            if isinstance(said, dict) and isinstance(said.get(name), str):
                return said[name]
    raise BenchFailure(f"'bf store import --json' named no point:\n{output[-500:]}")


def engines(bf):
    return [
        Store("bf", "**bf store**, default (LZ4)", bf),
        Store("bf-zstd", "**bf store**, Zstandard 1", bf, codec=["--codec", "zstd"]),
        Store("bf-encrypted", "**bf store**, default, encrypted", bf, encrypted=True),
    ]
