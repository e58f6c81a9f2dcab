"""What a node does, from two looks at its /metrics."""

import math
import re
import time
import urllib.request
from collections import defaultdict

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

# What is lost between one side of the relay and the other; a paused leg's copies are not.
LOSSES = ("baton_receive_lost_total", "baton_packets_dropped_total", "baton_send_failures_total")
LATENCY = "baton_forward_latency_seconds_bucket"


class Sample:
    def __init__(self, admin):
        with urllib.request.urlopen(f"http://{admin}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        self.time = time.monotonic()
        self.values = defaultdict(list)
        for line in text.splitlines():
            if found := SAMPLE.match(line):
                name, labels, value = found.groups()
                self.values[name].append((dict(LABEL.findall(labels or "")), float(value)))

    def sum(self, name, **wanted):
        return sum(value for labels, value in self.values[name] if wanted.items() <= labels.items())

    def lost(self):
        paused = self.sum("baton_packets_dropped_total", reason="leg_paused")
        return sum(self.sum(name) for name in LOSSES) - paused

    def latency_buckets(self):
        """Cumulative counts by upper bound in seconds."""
        buckets = defaultdict(float)
        for labels, value in self.values[LATENCY]:
            buckets[float(labels["le"])] += value
        return buckets


class Rates:
    """From one sample to a later one."""

    def __init__(self, before, after):
        seconds = max(after.time - before.time, 1e-3)

        def packet_rate(direction):
            return (after.sum("baton_packets_total", direction=direction) -
                    before.sum("baton_packets_total", direction=direction)) / seconds

        self.rooms = int(after.sum("baton_rooms"))
        self.packets_in = packet_rate("in")
        self.packets_out = packet_rate("out")
        lost = (after.lost() - before.lost()) / seconds
        handled = self.packets_in + self.packets_out + lost
        self.loss = lost / handled if handled > 0 else 0.0
        self.p99 = quantile(before.latency_buckets(), after.latency_buckets(), 0.99)


def quantile(before, after, share):
    """The bound in seconds of the bucket that holds the quantile; None if nothing was counted."""
    counts = [(bound, after[bound] - before.get(bound, 0.0)) for bound in sorted(after)]
    total = counts[-1][1] if counts else 0
    if total <= 0:
        return None
    rank = math.ceil(share * total)
    return next(bound for bound, count in counts if count >= rank)
