"""All samples of a run, and what is computed from them."""

import statistics


class Figures:
    def __init__(self, samples):
        self.samples = samples

    def values(self, engine, phase, name):
        if name == "cpu":
            return [s["user"] + s["system"] for s in self.samples if (s["engine"], s["phase"]) == (engine, phase)]
        return [s[name] for s in self.samples if (s["engine"], s["phase"]) == (engine, phase)]

    def median(self, engine, phase, name):
        values = self.values(engine, phase, name)
        return statistics.median(values) if values else None

    def peak(self, engine):
        return max((s["peak_rss_bytes"] for s in self.samples if s["engine"] == engine), default=None)
