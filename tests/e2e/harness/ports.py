"""Ports for programs that cannot be told "any free one" and say which: ffmpeg and GStreamer.

They lie outside of the range from which the kernel takes ports for those who ask for port 0, so
nothing that does can get in between. Only another run of these tests can, in the moment between
the check here and the bind there; the choice is random so that it practically does not. Ports
that this process has given away are not given again.
"""

import random
import socket

_FIRST, _LAST = 20000, 32000
_given = set()


def _is_free(port):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def free_block(size):
    """The first of so many consecutive ports, free for UDP and TCP; it is even."""
    for _ in range(1000):
        first = random.randrange(_FIRST, _LAST - size, 2)
        block = range(first, first + size)
        if _given.isdisjoint(block) and all(map(_is_free, block)):
            _given.update(block)
            return first
    raise RuntimeError(f"no {size} free ports in a row from {_FIRST} to {_LAST}")


def free_pair():
    """An even port and the odd one after it: RTP's and RTCP's (RFC 3550 section 11)."""
    return free_block(2)


def is_bound(port):
    """Whether some process has bound this UDP port (IPv4)."""
    with open("/proc/net/udp", encoding="ascii") as table:
        next(table)
        return any(int(line.split()[1].split(":")[1], 16) == port for line in table)
