"""Plain RTP endpoints made of raw sockets."""

import contextlib
import select
import socket
import threading
import time

from harness import rtp

_LARGEST = 65535
_RECEIVE_BUFFER = 4 << 20


class Participant:
    """One UDP socket on loopback; `address` is what the node is told as the endpoint's remote.

    The node's own RTCP comes at any time; it is put aside in `rtcp`.
    """

    def __init__(self, host="127.0.0.1", port=0):
        v6 = ":" in host
        self.socket = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self.socket.bind((host, port))
        self.socket.setblocking(False)
        port = self.socket.getsockname()[1]
        self.address = f"[{host}]:{port}" if v6 else f"{host}:{port}"
        self._media = None
        self.rtcp = []

    def close(self):
        self.socket.close()

    def aim(self, media_address):
        """What is sent from now on goes there: to where the node receives its room's media."""
        self._media = to_tuple(media_address)

    def send(self, datagram):
        self.socket.sendto(datagram, self._media)

    def receive(self, timeout=5.0):
        """The next datagram that is not RTCP; None if none comes in time."""
        end = time.monotonic() + timeout
        while select.select([self.socket], [], [], max(0.0, end - time.monotonic()))[0]:
            datagram = self.socket.recv(_LARGEST)
            if not rtp.is_rtcp(datagram):
                return datagram
            self.rtcp.append(datagram)
        return None

    def receive_packet(self, timeout=5.0):
        datagram = self.receive(timeout)
        assert datagram is not None, f"{self.address} received nothing within {timeout:g} s"
        return rtp.parse(datagram)

    def receive_packets(self, count, timeout=5.0):
        return [self.receive_packet(timeout) for _ in range(count)]

    def drain(self):
        """All datagrams that are there now, without RTCP."""
        datagrams = []
        with contextlib.suppress(BlockingIOError):
            while True:
                datagram = self.socket.recv(_LARGEST)
                (self.rtcp if rtp.is_rtcp(datagram) else datagrams).append(datagram)
        return datagrams


class Stream:
    """Sends a source's packets at a steady rate from a thread of its own, while in `with`."""

    def __init__(self, participant, source, rate=500):
        self._participant = participant
        self._source = source
        self._interval = 1 / rate
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        due = time.monotonic()
        while not self._stop.is_set():
            self._participant.send(self._source.next())
            due += self._interval
            self._stop.wait(max(0.0, due - time.monotonic()))


def to_tuple(address):
    host, port = address.rsplit(":", 1)
    return host.strip("[]"), int(port)
