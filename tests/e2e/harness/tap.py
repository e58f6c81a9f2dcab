"""A wire between a node and who plays one of its endpoints, on which all that passes is kept."""

import collections
import contextlib
import socket
import threading
import time

from harness import rtp
from harness.participants import to_tuple

_LARGEST = 65535
_RECEIVE_BUFFER = 4 << 20

# `time` in seconds since 1970; `from_node` says in which direction it went.
Passed = collections.namedtuple("Passed", "time from_node datagram")


class Tap:
    """`address` is the endpoint's remote. What comes from the node goes on to `player`, if there is
    one; what comes from anywhere else goes to the node. So the programs that play one publisher may
    be several, and send RTCP from other ports than RTP: for the node it is all one address."""

    def __init__(self, node, player=None):
        self._node = to_tuple(node.media)
        self._player = to_tuple(player) if player else None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.passed = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._thread.join()
        self._socket.close()

    def packets_from_node(self):
        """RTP so far."""
        return [rtp.parse(datagram) for _, from_node, datagram in list(self.passed)
                if from_node and not rtp.is_rtcp(datagram)]

    def _run(self):
        while True:
            try:
                datagram, source = self._socket.recvfrom(_LARGEST)
            except OSError:
                return
            if not datagram:
                return
            from_node = source == self._node
            self.passed.append(Passed(time.time(), from_node, datagram))
            onward = self._player if from_node else self._node
            if onward:
                # A player that is not there yet, or no longer, is told by nobody.
                with contextlib.suppress(ConnectionError):
                    self._socket.sendto(datagram, onward)
