"""What tools/bench-relay and tools/bench-compare share: building, running relay_cost, and saying
what alternate runs have shown."""

import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

RELAY_COST = "bench/yardsticks/relay_cost"
BATOND = "cmd/batond/batond"
PROGRAMS = [BATOND, RELAY_COST, *(f"bench/yardsticks/{name}" for name in ("floor", "naive", "echo"))]

# The traffic of each point, in relay_cost's words.
TRAFFIC = {
    "fanout": ["--receivers", 50, "--burst", 8, "--rate", 4000],
    "single": ["--receivers", 50, "--burst", 1, "--rate", 4000],
    "room": ["--publishers", 10, "--all-to-all", "--burst", 8, "--rate", 2000],
    "stun": ["--receivers", 64, "--burst", 8, "--rate", 100_000],
}

COST = "cpu_ns_per_packet_out"


class Refused(Exception):
    """What was asked for cannot be done, and why, for people."""


def progress(text):
    print(text, file=sys.stderr, flush=True)


def build_release():
    """Builds the tree that these tools are in, as tools/lib.sh does, and returns the directory."""
    script = "source tools/lib.sh; configure_as release; build build/release " + " ".join(PROGRAMS)
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", script, sys.argv[0]], cwd=ROOT,
                         stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False)
    if run.returncode != 0:
        raise Refused("the build failed")
    return ROOT / "build/release"


def relay_cost(build, *words, batond=None):
    """One run of relay_cost, with the batond of its own build or another one; its line as a dict."""
    if not (build / RELAY_COST).exists():
        raise Refused(f"{build} has no {RELAY_COST}: build it there with ninja")
    command = [str(build / RELAY_COST), *map(str, words)]
    if batond:
        command += ["--batond", str(batond)]
    run = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                         check=False)
    if run.returncode != 0:
        raise Refused(f"{' '.join(command)}: exit code {run.returncode}\n{run.stderr.strip()}")
    return json.loads(run.stdout)


def alternate(cases, rounds, what=""):
    """Runs each of `cases` (name: function without arguments) `rounds` times, each round in the
    opposite order of the one before, so that what drifts meets all alike. Results by name."""
    results = {name: [] for name in cases}
    for turn in range(rounds):
        progress(f"{what}round {turn + 1} of {rounds}")
        names = list(cases) if turn % 2 == 0 else list(reversed(cases))
        for name in names:
            results[name].append(cases[name]())
    return results


class Spread:
    """The middle of some values and how far they lie apart."""

    def __init__(self, values):
        self.median = statistics.median(values)
        self.low = min(values)
        self.high = max(values)

    def __str__(self):
        return f"{self.median:.4g}  ({self.low:.4g} .. {self.high:.4g})"


class Ratio:
    """How many times `a` is of `b`: of the medians, and of the values measured in the same round."""

    def __init__(self, a, b):
        self.of_medians = statistics.median(a) / statistics.median(b)
        self.pairs = Spread([x / y for x, y in zip(a, b)])

    def beyond_noise(self):
        """Whether all rounds say the same (more, or less), and by more than they differ in."""
        agree = self.pairs.low > 1 or self.pairs.high < 1
        return agree and abs(self.pairs.median - 1) > self.pairs.high - self.pairs.low

    def as_dict(self):
        return {"of_medians": self.of_medians, "paired_median": self.pairs.median,
                "paired_min": self.pairs.low, "paired_max": self.pairs.high}

    def __str__(self):
        return f"{self.of_medians:.3f}  ({self.pairs.low:.3f} .. {self.pairs.high:.3f})"


def table(rows, header):
    """Text columns, the first to the left and the others to the right of theirs."""
    rows = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(lines)
