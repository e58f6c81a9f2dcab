"""Processes that end when the demo does, each with a log file."""

import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class DemoError(Exception):
    """What went wrong, for people."""


def _end_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    def __init__(self, name, command, log_directory, **streams):
        self.name = name
        self.log_path = os.path.join(log_directory, name + ".log")
        self._log = open(self.log_path, "wb")
        # A session of its own: Ctrl-C comes to the demo only, which ends its children in order.
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=self._log,
                                        start_new_session=True, preexec_fn=_end_with_parent,
                                        **streams)

    def is_running(self):
        return self.process.poll() is None

    def log_tail(self, lines=8):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-lines:])

    def failure(self):
        return DemoError(f"{self.name} ended with {self.process.returncode}; "
                         f"the end of {self.log_path}:\n{self.log_tail()}")

    def terminate(self):
        if self.is_running():
            self.process.terminate()

    def wait(self, deadline):
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass

    def close(self):
        if self.is_running():
            self.process.kill()
            self.process.wait()
        self._log.close()


class Family:
    """The children, which end together."""

    # Seconds after which those that are still there are asked again, and then killed. ffmpeg that
    # waits for packets heeds only the second request.
    PATIENCE = (0.5, 4.0)

    def __init__(self, log_directory):
        self.log_directory = log_directory
        self._children = []

    def start(self, name, command, **streams):
        child = Child(name, command, self.log_directory, **streams)
        self._children.append(child)
        return child

    def check(self):
        """Raises DemoError if one has ended by itself."""
        for child in self._children:
            if not child.is_running():
                raise child.failure()

    def end(self):
        for patience in self.PATIENCE:
            for child in self._children:
                child.terminate()
            deadline = time.monotonic() + patience
            for child in self._children:
                child.wait(deadline)
        for child in self._children:
            child.close()
        self._children.clear()
