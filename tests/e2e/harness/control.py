"""A node's control plane, by batonctl: single commands, many over one connection, events."""

import json
import subprocess


# batonctl's exit codes, as docs/cli.md has them.
UNAVAILABLE = 3
NOT_FOUND = 4
CONFLICT = 5
INVALID_ARGUMENT = 6


class ControlError(Exception):
    """batonctl failed."""

    def __init__(self, words, exit_code, message):
        super().__init__(f"batonctl {words}: exit code {exit_code}: {message}")
        self.exit_code = exit_code
        self.message = message


class Control:
    def __init__(self, program, address, children):
        self._base = [str(program), "--node", address, "-o", "json"]
        self._children = children

    def __call__(self, *words, timeout=20.0):
        """Runs one command and returns its result: `ctl("room", "create", "demo")`."""
        words = [str(word) for word in words]
        run = subprocess.run(self._base + words, capture_output=True, text=True, timeout=timeout,
                             stdin=subprocess.DEVNULL, check=False)
        if run.returncode != 0:
            raise ControlError(" ".join(words), run.returncode, run.stderr.strip())
        return json.loads(run.stdout)

    def run(self, lines, timeout=60.0):
        """Runs command lines over one connection and returns their results."""
        lines = list(lines)
        run = subprocess.run(self._base + ["run", "-"], input="\n".join(lines) + "\n",
                             capture_output=True, text=True, timeout=timeout, check=False)
        if run.returncode != 0:
            raise ControlError("run -", run.returncode, run.stderr.strip())
        results = [json.loads(line) for line in run.stdout.splitlines()]
        assert len(results) == len(lines), f"{len(lines)} commands, {len(results)} results"
        return results

    def session(self):
        """A connection that stays: the reply to a command is here the moment that it is sent."""
        return Session(self._children.start("session", self._base + ["run", "-"], pipe=True))

    def events(self):
        """Events from now on."""
        watch = Events(self._children.start("events", self._base + ["events", "-f"], pipe=True))
        watch.start()
        return watch


class Session:
    def __init__(self, child):
        self._child = child

    def kill(self):
        self._child.kill()

    def __call__(self, *words, timeout=20.0):
        self._child.write_line(" ".join(str(word) for word in words))
        return json.loads(self._child.read_line(timeout))


class Events:
    def __init__(self, child):
        self._child = child
        self.snapshot = None

    def kill(self):
        self._child.kill()

    def start(self):
        self.snapshot = self._next(20.0)["snapshot"]

    def wait_for(self, kind, timeout=10.0, **fields):
        """The next event of this kind, as {"track_started": {...}} has it, whose body has these
        fields (of itself or of its name)."""
        passed = []
        while True:
            try:
                event = self._next(timeout)
            except TimeoutError:
                raise TimeoutError(
                    f"no {kind} {fields} within {timeout:g} s; instead: {passed}") from None
            body = event.get(kind)
            if body is not None and fields.items() <= {**body, **body.get("name", {})}.items():
                return body
            passed.append(event)

    def _next(self, timeout):
        return json.loads(self._child.read_line(timeout))
