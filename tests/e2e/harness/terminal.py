"""A terminal for programs that draw on one."""

import fcntl
import os
import select
import struct
import termios
import time

OTHER_SCREEN = b"\x1b[?1049h"
FIRST_SCREEN = b"\x1b[?1049l"
_HOME = b"\x1b[H"
_CLEAR_LINE = b"\x1b[K"
_CLEAR_BELOW = b"\x1b[J"


class Terminal:
    """A child in a terminal, which keeps what it writes. It draws whole screens: from the first
    corner, and clears what is below the last line."""

    def __init__(self, children, name, words, columns=160, rows=24):
        self._master, self._slave = os.openpty()
        self.resize(columns, rows)
        self.modes_before = self.modes()
        self.child = children.start(name, words, tty=self._slave)
        self.written = b""

    def close(self):
        self.child.kill()
        os.close(self._master)
        os.close(self._slave)

    def resize(self, columns, rows):
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def modes(self):
        return termios.tcgetattr(self._slave)

    def press(self, keys):
        os.write(self._master, keys.encode())

    def screen(self):
        """The lines of the last screen that is there whole; none before the first."""
        end = self.written.rfind(_CLEAR_BELOW)
        begin = self.written.rfind(_HOME, 0, end) if end >= 0 else -1
        if begin < 0:
            return []
        text = self.written[begin + len(_HOME):end].replace(_CLEAR_LINE, b"")
        return [line.rstrip("\r") for line in text.decode().split("\n")]

    def wait_for(self, condition, what, timeout=20.0):
        """The first new screen for which condition(lines) holds."""
        deadline = time.monotonic() + timeout
        while True:
            if self.read(deadline) == b"":
                raise TimeoutError(f"not within {timeout:g} s: {what}; the screen is:\n"
                                   + "\n".join(self.screen()))
            if condition(self.screen()):
                return self.screen()

    def read(self, deadline):
        """What is written next, or nothing until then."""
        wait = max(0, deadline - time.monotonic())
        if not select.select([self._master], [], [], wait)[0]:
            return b""
        chunk = os.read(self._master, 65536)
        self.written += chunk
        return chunk

    def wait_for_end(self, timeout=20.0):
        """The exit code; afterwards `written` is all that was."""
        exit_code = self.child.wait(timeout)
        while self.read(0):
            pass
        return exit_code
