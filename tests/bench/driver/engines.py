"""Every engine as the commands that make up a phase. A phase that an engine does not have is None."""

import os

OURS, DEDUPLICATING, PLAIN = "ours", "deduplicating", "plain"


class Engine:
    kind = DEDUPLICATING
    tool = ""
    slow = False
    prunes = False
    takes_ranges = False
    note = ""

    def __init__(self, key, title):
        self.key = key
        self.title = title

    def begin(self, folder):
        """An empty folder of its own for everything that the engine keeps: repository, cache, settings."""
        self.folder = folder
        self.repository = os.path.join(folder, "repository")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("BORG_", "RESTIC_", "BF_"))}
        self.environment.update(HOME=folder, XDG_CACHE_HOME=os.path.join(folder, "cache"), XDG_CONFIG_HOME=os.path.join(folder, "config"))

    def create(self):
        return []

    def note_point(self, name, output):
        """Hears what an import said; `name` is the point's name for restore."""

    def copy(self, vm, name, image, ranges):
        raise NotImplementedError  # an engine without a first copy is none

    def restore(self, name, image, target):
        return None

    def restored(self, image, target):
        return os.path.join(target, "disk.raw")

    def verify(self):
        return None

    def prune(self, vm, keep):
        return None


class Borg(Engine):
    tool = "borg"

    def __init__(self, key, title, options, prunes=False):
        super().__init__(key, title)
        self.options = options
        self.prunes = prunes

    def begin(self, folder):
        super().begin(folder)
        self.environment.update(BORG_BASE_DIR=folder, BORG_REPO=self.repository, BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK="yes", BORG_RELOCATED_REPO_ACCESS_IS_OK="yes")

    def create(self):
        return [["borg", "init", "-e", "none"]]

    def copy(self, vm, name, image, ranges):
        return [["borg", "create", "--files-cache=disabled", *self.options, f"::{name}", image]]

    def restore(self, name, image, target):
        # borg extracts into the working folder.
        return [["env", "-C", target, "borg", "extract", "--sparse", f"::{name}"]]

    def restored(self, image, target):
        return os.path.join(target, image.lstrip("/"))

    def verify(self):
        return [["borg", "check", "--verify-data"]]

    def prune(self, vm, keep):
        return [["borg", "prune", "--glob-archives", f"{vm}-*", "--keep-last", str(keep)], ["borg", "compact"]]


class Restic(Engine):
    tool = "restic"
    slow = True

    def __init__(self, key, title, compression, prunes=False):
        super().__init__(key, title)
        self.compression = compression
        self.prunes = prunes
        self.note = "always encrypts; its restore writes holes as zeros unless it knows --sparse (0.15 and later)"

    def begin(self, folder):
        super().begin(folder)
        password = os.path.join(folder, "password")
        with open(password, "w", encoding="ascii") as file:
            file.write("bench\n")
        self.environment.update(RESTIC_REPOSITORY=self.repository, RESTIC_PASSWORD_FILE=password, RESTIC_CACHE_DIR=os.path.join(folder, "restic-cache"), RESTIC_COMPRESSION=self.compression)
        self.snapshots = {}

    def create(self):
        return [["restic", "init", "--repository-version", "2"]]

    def copy(self, vm, name, image, ranges):
        return [["restic", "backup", "--host", "bench", "--tag", vm, "--tag", name, image]]

    def note_point(self, name, output):
        self.snapshots[name] = output.split("snapshot ")[-1].split()[0]

    def restore(self, name, image, target):
        sparse = ["--sparse"] if self._knows_sparse() else []
        return [["restic", "restore", self.snapshots[name], *sparse, "--target", target]]

    def restored(self, image, target):
        return os.path.join(target, image.lstrip("/"))

    def verify(self):
        return [["restic", "check", "--read-data"]]

    def prune(self, vm, keep):
        return [["restic", "forget", "--tag", vm, "--group-by", "host", "--keep-last", str(keep), "--prune"]]

    def _knows_sparse(self):
        from .timing import run
        return "--sparse" in run(["restic", "restore", "--help"])


class Casync(Engine):
    tool = "casync"
    slow = True

    def begin(self, folder):
        super().begin(folder)
        os.makedirs(self.repository)

    def copy(self, vm, name, image, ranges):
        return [["casync", "make", "--compression=zstd", "--chunk-size=65536", f"--store={self.repository}/store.castr", f"{self.repository}/{name}.caibx", image]]

    def restore(self, name, image, target):
        return [["casync", "extract", "--punch-holes=yes", f"--store={self.repository}/store.castr", f"{self.repository}/{name}.caibx", f"{target}/disk.raw"]]


class Plain(Engine):
    """A copy of one disk that knows nothing of others: a yardstick, not a backup engine."""

    kind = PLAIN

    def __init__(self, key, title, tool, suffix, pack, unpack, check=None):
        super().__init__(key, title)
        self.tool, self.suffix, self.pack, self.unpack, self.check = tool, suffix, pack, unpack, check

    def begin(self, folder):
        super().begin(folder)
        os.makedirs(self.repository)
        self.file = os.path.join(self.repository, "disk" + self.suffix)

    def copy(self, vm, name, image, ranges):
        # One disk only: a yardstick for the first copy and its way back.
        return [[*self.pack, image, self.file]] if name == "vm1-day0" else None

    def restore(self, name, image, target):
        return [[*self.unpack, self.file, f"{target}/disk.raw"]]

    def verify(self):
        return [[*self.check, self.file]] if self.check else None


def peers():
    sh = ["sh", "-c"]
    return [
        Borg("borg-lz4-4m", "borg lz4, fixed 4 MiB, sparse", ["-C", "lz4", "--chunker-params=fixed,4194304", "--sparse"], prunes=True),
        Borg("borg-lz4", "borg lz4, default chunker", ["-C", "lz4"], prunes=True),
        Borg("borg-lz4-64k", "borg lz4, fixed 64 KiB, sparse", ["-C", "lz4", "--chunker-params=fixed,65536", "--sparse"], prunes=True),
        Borg("borg-zstd", "borg zstd,1, default chunker", ["-C", "zstd,1"]),
        Restic("restic", "restic, default", "auto", prunes=True),
        Restic("restic-off", "restic, no compression", "off"),
        Casync("casync", "casync, 64 KiB, zstd"),
        Plain("zstd", "zstd -1 -T2", "zstd", ".zst", [*sh, 'exec zstd -q -f -1 -T2 -o "$1" "$0"'], [*sh, 'exec zstd -q -f -d --sparse -o "$1" "$0"'], ["zstd", "-q", "-t"]),
        Plain("lz4", "lz4 -1", "lz4", ".lz4", ["lz4", "-q", "-f", "-1"], ["lz4", "-q", "-f", "-d", "--sparse"], ["lz4", "-q", "-t"]),
        Plain("cp", "cp --sparse", "cp", ".raw", ["cp", "--sparse=always"], ["cp", "--sparse=always"]),
        Plain("qcow2", "qemu-img qcow2, zstd", "qemu-img", ".qcow2", ["qemu-img", "convert", "-O", "qcow2", "-c", "-o", "compression_type=zstd"], ["qemu-img", "convert", "-O", "raw"]),
    ]
