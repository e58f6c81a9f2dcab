"""A bad network between a test's participants and whoever they talk to: baton-bench impair."""

import json

from harness import builds

GOOD, ERROR, INVALID = 0, 2, 3


class Impair:
    """Forwards what comes to `address` to `to`, as its words say, until it is stopped."""

    def __init__(self, children, to, *words, listen="127.0.0.1:0"):
        self.child = children.start("impair", [
            builds.baton_bench(builds.build_directory()), "impair", "--listen", listen, "--to", to,
            *words, "--json"], pipe=True)
        ready = json.loads(self.child.read_line())
        assert ready["event"] == "ready"
        self.address = ready["listen"]

    def stop(self, exit_code=GOOD):
        """Ends it and returns its figures, which add up."""
        return self.result(self.child.stop(), exit_code)

    def wait(self, exit_code=GOOD, timeout=20.0):
        """The same, once it has ended by itself."""
        return self.result(self.child.wait(timeout), exit_code)

    def result(self, ended_with, exit_code):
        assert ended_with == exit_code, self.child.failure("ended", ended_with)
        summary = json.loads(self.child.rest_of_output())
        assert summary["verdict"] == ("INVALID" if exit_code == INVALID else "VALID"), summary
        for direction in (summary["up"], summary["down"]):
            assert direction["received"] + direction["duplicated"] == sum(
                direction[fate] for fate in ("forwarded", "lost", "queue_full", "refused",
                                             "overflowed", "failed", "in_flight")), summary
        return summary
