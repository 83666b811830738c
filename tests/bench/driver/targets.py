"""What the block engine promises, as ratios to the peers of the same run."""

from dataclasses import dataclass

from .engines import DEDUPLICATING


@dataclass
class Verdict:
    promise: str
    ours: str
    peer: str
    reached: str
    target: str
    met: bool | None  # None: what it is compared with was not measured

    @property
    def word(self):
        return "not measured" if self.met is None else "met" if self.met else "**not met**"


class Targets:
    def __init__(self, figures, engines):
        self.figures = figures
        self.titles = {engine.key: engine.title for engine in engines}
        self.deduplicating = [engine.key for engine in engines if engine.kind == DEDUPLICATING]

    def verdicts(self):
        dedup = self.deduplicating
        yield self._faster("first copy, default", "bf", "first", dedup, 4)
        yield self._faster("first copy, default", "bf", "first", ["restic"], 12)
        yield self._faster("first copy, default", "bf", "first", ["lz4"], 1)
        yield self._faster("first copy, Zstandard", "bf-zstd", "first", ["borg-zstd"], 3)
        yield self._faster("second copy, read whole", "bf", "day1", dedup, 6)
        yield self._faster("second copy, changed ranges", "bf", "day2", dedup, 50)
        yield self._faster("restore, synced", "bf", "restore", dedup, 4)
        yield self._faster("restore, synced", "bf", "restore", ["zstd"], 1)
        yield self._faster("verify all data", "bf", "verify", dedup, 8)
        yield self._faster("prune to 3 of 10, space given back", "bf", "prune", dedup, 5)
        yield self._smaller("repository after three imports, default", "bf", "restic", 1.0)
        yield self._smaller("repository after three imports, Zstandard", "bf-zstd", "restic", 0.9)
        yield self._smaller("repository after three imports, Zstandard", "bf-zstd", "casync", 1.05)
        yield self._memory(256 << 20)

    def _faster(self, promise, ours, phase, peers, factor):
        mine = self.figures.median(ours, phase, "wall")
        others = {peer: self.figures.median(peer, phase, "wall") for peer in peers}
        others = {peer: seconds for peer, seconds in others.items() if seconds}
        target = f"at least {factor} times" if factor > 1 else "faster"
        if not mine or not others:
            return Verdict(promise, "-" if not mine else f"{mine:.2f} s", "-", "-", target, None)
        best = min(others, key=others.get)
        ratio = others[best] / mine
        return Verdict(promise, f"{mine:.2f} s", f"{self.titles[best]}: {others[best]:.2f} s", f"{ratio:.1f} times", target, ratio >= factor)

    def _smaller(self, promise, ours, peer, share):
        mine, other = (self.figures.median(key, "sibling", "repository_bytes") for key in (ours, peer))
        target = f"at most {share:.2f} of it"
        if not mine or not other:
            return Verdict(promise, "-" if not mine else f"{mine / 1e6:.0f} MB", "-", "-", target, None)
        return Verdict(promise, f"{mine / 1e6:.0f} MB", f"{self.titles[peer]}: {other / 1e6:.0f} MB", f"{mine / other:.2f}", target, mine / other <= share)

    def _memory(self, bound):
        peaks = {(s["engine"], s["phase"]): s["peak_rss_bytes"] for s in sorted(self.figures.samples, key=lambda s: s["peak_rss_bytes"]) if s["engine"].startswith("bf")}
        if not peaks:
            return Verdict("peak resident memory, every phase", "-", "", "", f"under {bound >> 20} MiB", None)
        worst = max(peaks, key=peaks.get)
        return Verdict("peak resident memory, every phase", f"{peaks[worst] / 1048576:.0f} MiB ({worst[0]}, {worst[1]})", "", "", f"under {bound >> 20} MiB", peaks[worst] < bound)
