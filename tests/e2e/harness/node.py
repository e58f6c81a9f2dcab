"""One batond."""

import http.client
import json
import re
import signal

from harness import builds
from harness.control import Control
from harness.metrics import Metrics
from harness.waiting import wait_until

_SANITIZER_REPORT = re.compile(
    r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|SUMMARY: \w+Sanitizer")
_START_TIMEOUT = 30.0


class Node:
    """A batond from its start to its end; `ready` is the line that it printed when it was up.
    `under` is a command that runs it."""

    def __init__(self, children, build, *flags, name="batond", under=()):
        self.child = children.start(name, [*under, builds.batond(build), *flags], pipe=True)
        self.ready = json.loads(self.child.read_line(_START_TIMEOUT))
        assert self.ready["event"] == "ready", self.ready
        self.ctl = Control(builds.batonctl(build), self.ready["control"], children)
        self.session = self.ctl.session
        self.events = self.ctl.events

    @property
    def media(self):
        """Where the first shard receives media."""
        return self.ready["media"][0]

    def get(self, path, method="GET"):
        """Status and body of a page of the admin HTTP server."""
        connection = http.client.HTTPConnection(self.ready["admin"], timeout=10)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def metrics(self):
        status, text = self.get("/metrics")
        assert status == 200, text
        return Metrics(text)

    def wait_for_metrics(self, condition, what, timeout=10.0):
        """The first scrape for which condition(metrics) holds."""
        last = None

        def scrape():
            nonlocal last
            last = self.metrics()
            return last if condition(last) else None

        return wait_until(scrape, lambda: f"{what}; the last scrape:\n{last.text}", timeout)

    def wait_for_drops(self, timeout=10.0, **drops):
        """Until exactly so many have been dropped for these reasons, and none for others."""
        expected = {reason: count for reason, count in drops.items() if count}
        return self.wait_for_metrics(lambda m: +m.drops() == expected, f"drops {expected}", timeout)

    def stop(self):
        """Ends it by SIGTERM, and checks that it ended as it should."""
        exit_code = self.child.stop(signal.SIGTERM)
        if exit_code != 0 or _SANITIZER_REPORT.search(self.child.err()):
            raise self.child.failure("did not end well", exit_code)
        rest = self.child.rest_of_output()
        assert rest == "", f"batond printed more than its ready line: {rest!r}"
        self.child.kill()  # closes the pipes

    def describe(self):
        """For the report of a failed test: what the node said and counted."""
        yield "log", self.child.err()
        if self.child.running():
            try:
                lines = self.get("/metrics")[1].splitlines()
            except OSError as error:
                lines = [f"cannot be had: {error}"]
            telling = [line for line in lines if not line.startswith("#") and line[-2:] != " 0"]
            yield "metrics that are not 0", "\n".join(telling)
