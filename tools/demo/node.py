"""A node, and what it tells: its ready line, its command line tool, its metrics."""

import json
import os
import select
import subprocess
import time

from children import DemoError

START_SECONDS = 20.0
COMMAND_SECONDS = 20.0
DEFAULT_CONTROL = "127.0.0.1:7880"


class Node:
    def __init__(self, family, build, options):
        self.batonctl_path = os.path.join(build, "cmd/batonctl/batonctl")
        command = [os.path.join(build, "cmd/batond/batond"), "--dev", "--io", options.io]
        if options.ephemeral:
            command.append("--ephemeral")
        if options.port_base is not None:
            command += ["--port-base", str(options.port_base)]
        self.child = family.start("batond", command, stdout=subprocess.PIPE)
        ready = self._ready_line()
        self.io = ready["io"]
        self.stun = ready["stun"]
        self.control = ready["control"]
        self.admin = ready["admin"]

    def _ready_line(self):
        """batond's one line of output, which it writes when everything is bound."""
        stream = self.child.process.stdout
        text = b""
        deadline = time.monotonic() + START_SECONDS
        while not text.endswith(b"\n"):
            readable, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
            if not readable:
                raise DemoError(f"batond is not ready after {START_SECONDS:.0f} s; "
                                f"its log: {self.child.log_path}")
            piece = os.read(stream.fileno(), 4096)
            if not piece:
                self.child.process.wait()
                raise self.child.failure()
            text += piece
        return json.loads(text)

    def batonctl(self, *arguments, script=None):
        """Standard output of one batonctl; `script` is its standard input."""
        command = [self.batonctl_path, "--node", self.control, *arguments]
        try:
            done = subprocess.run(command, input=script, capture_output=True, text=True,
                                  timeout=COMMAND_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise DemoError(f"{' '.join(command)} does not end") from error
        if done.returncode != 0:
            raise DemoError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def run_script(self, lines):
        """Runs batonctl commands over one connection; their results as JSON values."""
        text = self.batonctl("-o", "json", "run", "-", script="\n".join(lines) + "\n")
        return [json.loads(line) for line in text.splitlines()]
