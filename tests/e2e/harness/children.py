"""Child processes that never outlive their test, with all that they say kept."""

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import subprocess
import termios
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class ChildFailed(Exception):
    """A child ended, or ended otherwise than it should have."""


class Child:
    """One process. Standard error goes to `<name>.err` in the directory of the test; so does
    standard output to `<name>.out`, unless `pipe` asks for read_line(). `tty` is a file descriptor
    of a terminal, which then controls the child and is its standard input and output."""

    def __init__(self, directory, name, words, *, pipe=False, tty=None):
        self.name = name
        self.words = [str(word) for word in words]
        self.err_path = directory / f"{name}.err"
        self.out_path = directory / f"{name}.out"
        self._buffer = b""
        with open(self.err_path, "wb") as err, open(self.out_path, "wb") as out:
            self.process = subprocess.Popen(
                self.words,
                stdin=tty or (subprocess.PIPE if pipe else subprocess.DEVNULL),
                stdout=tty or (subprocess.PIPE if pipe else out),
                stderr=err,
                preexec_fn=_own_terminal if tty else _end_with_parent,
            )

    def running(self):
        return self.process.poll() is None

    def read_line(self, timeout=10.0):
        """The next line of standard output, without its end; of a child with a pipe."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([self.process.stdout], [], [], wait)[0]:
                raise TimeoutError(f"{self.name} printed no line within {timeout:g} s")
            chunk = os.read(self.process.stdout.fileno(), 65536)
            if not chunk:
                raise self.failure("ended instead of printing a line", self.wait(10))
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode()

    def write_line(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def rest_of_output(self):
        """What standard output still has after read_line(); for a child that has ended."""
        return (self._buffer + self.process.stdout.read()).decode(errors="replace")

    def wait(self, timeout):
        """The exit code, once it has ended by itself."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self.name} did not end within {timeout:g} s") from None

    def stop(self, sig=signal.SIGTERM, timeout=20.0):
        """Tells it to end and returns its exit code. One that does not is killed: an error."""
        if self.running():
            self.process.send_signal(sig)
        try:
            return self.wait(timeout)
        except TimeoutError:
            self.kill()
            raise

    def kill(self):
        if self.running():
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def err(self):
        return self.err_path.read_text(errors="replace")

    def failure(self, what, exit_code):
        return ChildFailed(
            f"{self.name} {what} (exit code {exit_code})\n$ {' '.join(self.words)}\n{self.err()}"
        )


class Children:
    """All children of one test, by name."""

    def __init__(self, directory):
        self.directory = directory
        self.all = []

    def start(self, name, words, **options):
        names = [child.name for child in self.all]
        unique = name if name not in names else f"{name}-{len(names)}"
        child = Child(self.directory, unique, words, **options)
        self.all.append(child)
        return child

    def kill_all(self):
        for child in self.all:
            child.kill()


def _own_terminal():
    """In the child: a session of its own, which its standard input controls."""
    _end_with_parent()
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _end_with_parent():
    """In the child: the kernel ends it if the test run is killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
