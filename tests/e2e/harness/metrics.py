"""Prometheus's text format 0.0.4, strictly: whatever a scraper would stumble over is an error."""

import collections
import math
import re

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
_SAMPLE = re.compile(rf"({_NAME})(?:\{{((?:{_LABEL},?)*)\}})? (\S+)( -?\d+)?")
_SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}
_TYPES = ("counter", "gauge", "histogram", "summary", "untyped")

Sample = collections.namedtuple("Sample", "name labels value")


class BadMetrics(Exception):
    """The text breaks the format."""


class Metrics:
    """One scrape."""

    def __init__(self, text):
        self.text = text
        self.types = {}
        self.helps = {}
        self.samples = []
        if text and not text.endswith("\n"):
            raise BadMetrics("the last line has no end")
        for line in text.splitlines():
            self._read(line)
        self._check()

    def value(self, name, **labels):
        """The sum of the samples of `name` that have these labels; 0 if there are none."""
        return sum(s.value for s in self.samples
                   if s.name == name and labels.items() <= s.labels.items())

    def drops(self):
        """Packets dropped, by reason."""
        drops = collections.Counter()
        for sample in self.samples:
            if sample.name == "baton_packets_dropped_total":
                drops[sample.labels["reason"]] += int(sample.value)
        return drops

    def _read(self, line):
        if not line:
            return
        if line.startswith("#"):
            self._read_comment(line)
            return
        match = _SAMPLE.fullmatch(line)
        if not match:
            raise BadMetrics(f"no sample: {line!r}")
        pairs = re.findall(_LABEL, match[2] or "")
        if len(dict(pairs)) != len(pairs):
            raise BadMetrics(f"a label twice: {line!r}")
        self.samples.append(Sample(match[1], dict(pairs), float(match[5])))

    def _read_comment(self, line):
        words = line.split(" ", 3)
        if words[1] not in ("HELP", "TYPE"):
            return
        table = self.helps if words[1] == "HELP" else self.types
        if words[2] in table:
            raise BadMetrics(f"{words[1]} of {words[2]} twice")
        if words[1] == "TYPE" and words[3] not in _TYPES:
            raise BadMetrics(f"no such type: {line!r}")
        table[words[2]] = words[3] if len(words) > 3 else ""

    def _family(self, name):
        if name in self.types:
            return name
        for kind, suffixes in _SUFFIXES.items():
            for suffix in suffixes:
                base = name.removesuffix(suffix)
                if base != name and self.types.get(base) == kind:
                    return base
        raise BadMetrics(f"{name} has no TYPE")

    def _check(self):
        seen = set()
        for sample in self.samples:
            family = self._family(sample.name)
            if not self.helps.get(family):
                raise BadMetrics(f"{family} has no HELP")
            key = (sample.name, tuple(sorted(sample.labels.items())))
            if key in seen:
                raise BadMetrics(f"twice: {key}")
            seen.add(key)
            if self.types[family] == "counter":
                if not family.endswith("_total"):
                    raise BadMetrics(f"the counter {family} does not end in _total")
                if not sample.value >= 0:
                    raise BadMetrics(f"the counter {family} is {sample.value}")
        for family, kind in self.types.items():
            if kind == "histogram":
                self._check_histogram(family)

    def _check_histogram(self, family):
        series = collections.defaultdict(list)
        for sample in self.samples:
            if sample.name == f"{family}_bucket":
                labels = {k: v for k, v in sample.labels.items() if k != "le"}
                series[tuple(sorted(labels.items()))].append(
                    (float(sample.labels["le"]), sample.value))
        if not series:
            raise BadMetrics(f"the histogram {family} has no buckets")
        for labels, buckets in series.items():
            bounds = [bound for bound, _ in buckets]
            counts = [count for _, count in buckets]
            if bounds != sorted(set(bounds)) or not math.isinf(bounds[-1]):
                raise BadMetrics(f"{family}{labels}: bounds {bounds}")
            if counts != sorted(counts):
                raise BadMetrics(f"{family}{labels}: counts are not cumulative: {counts}")
            if counts[-1] != self.value(f"{family}_count", **dict(labels)):
                raise BadMetrics(f"{family}{labels}: the last bucket is not the count")
