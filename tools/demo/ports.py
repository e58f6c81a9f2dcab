"""UDP and TCP ports: which are free, and who has those that are not."""

import socket
import subprocess

LOOPBACK = "127.0.0.1"


def is_free(kind, port):
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            # As servers do: connections of an earlier run that linger do not matter.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_pair():
    """A free even UDP port with a free one behind it: ffmpeg puts RTP on one and RTCP on the next."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((LOOPBACK, 0))
            port = probe.getsockname()[1]
            if port % 2 == 0 and is_free(socket.SOCK_DGRAM, port + 1):
                return port


def free_pairs(count):
    pairs = set()
    while len(pairs) < count:
        pairs.add(free_pair())
    return list(pairs)


def node_ports(base):
    """(what for, socket kind, port) of a node with one shard, by default or from `base` on."""
    stun, control, admin, media = (
        (3478, 7880, 7881, 7882) if base is None else (base, base + 1, base + 2, base + 3))
    return [("STUN", socket.SOCK_DGRAM, stun), ("control", socket.SOCK_STREAM, control),
            ("admin HTTP", socket.SOCK_STREAM, admin), ("media", socket.SOCK_DGRAM, media)]


def who_has(kind, port):
    """The process that listens on a port, as `ss` tells it, or None if it does not."""
    family = "-u" if kind == socket.SOCK_DGRAM else "-t"
    try:
        found = subprocess.run(["ss", "-Hlnp", family, f"sport = :{port}"],
                               capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    # ... users:(("batond",pid=4711,fd=9))
    if 'users:(("' not in found:
        return None
    name, _, rest = found.partition('users:(("')[2].partition('",pid=')
    return f"{name} (pid {rest.partition(',')[0]})"


def taken(base):
    """One line for each port of the node that somebody else has."""
    lines = []
    for purpose, kind, port in node_ports(base):
        if is_free(kind, port):
            continue
        protocol = "udp" if kind == socket.SOCK_DGRAM else "tcp"
        lines.append(f"port {port}/{protocol} ({purpose}) is taken by "
                     f"{who_has(kind, port) or 'another process'}")
    return lines
