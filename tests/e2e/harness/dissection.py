"""tshark's opinion of what a node sent.

The capture is written here, from what came to sockets: so it needs no privilege, and no driver has
joined or cut anything. RTCP gets a port of its own in it, because tshark is told by port what is
what.
"""

import collections
import struct
import subprocess

from harness import rtp

_RTP_PORT, _RTCP_PORT = 5004, 5005
# Of the file format (draft-ietf-opsawg-pcap), with times in microseconds.
_MAGIC, _VERSION = 0xA1B2C3D4, (2, 4)
_LINKTYPE_RAW = 101  # packets begin with their IP header
_UDP = 17
_HOPS = 64
_VERSION_AND_SIZE = 0x45  # IPv4, a header of five words
_IP_HEADER, _UDP_HEADER = 20, 8
# A warning or an error; what is only a note or a chat is no fault: that a frame goes on in the next
# packet, for example.
_COMPLAINTS = "_ws.malformed || _ws.expert.severity >= 0x600000 || rtcp.length_check == 0"

# The node's own names of RTCP packets, as in its metrics, by what tshark calls them.
_REPORTS = {200: "sr", 201: "rr", 202: "sdes", 203: "bye"}
_TRANSPORT_FEEDBACK, _PAYLOAD_FEEDBACK = 205, 206
_FEEDBACK = {(_TRANSPORT_FEEDBACK, 1): "nack", (_TRANSPORT_FEEDBACK, 15): "twcc",
             (_PAYLOAD_FEEDBACK, 1): "pli", (_PAYLOAD_FEEDBACK, 4): "fir"}


class Capture:
    """A capture file with these datagrams, of which each is (time, datagram)."""

    def __init__(self, path, datagrams, vp8_payload_type):
        self._path = path
        self._options = ["-d", f"udp.port=={_RTP_PORT},rtp", "-d", f"udp.port=={_RTCP_PORT},rtcp",
                         "-o", f"vp8.dynamic.payload.type:{vp8_payload_type}"]
        with open(path, "wb") as file:
            file.write(struct.pack("!IHHiIII", _MAGIC, *_VERSION, 0, 0, 65535, _LINKTYPE_RAW))
            for time, datagram in datagrams:
                packet = _with_headers(datagram)
                seconds = int(time)
                file.write(struct.pack("!IIII", seconds, int((time - seconds) * 1e6), len(packet),
                                       len(packet)))
                file.write(packet)

    def complaints(self):
        """Lines, which begin with a datagram's number, about what is malformed or suspicious."""
        found = self._tshark(_COMPLAINTS, "frame.number", "_ws.col.Info", "_ws.malformed",
                             "_ws.expert.message")
        # What follows the last packet of a compound without looking like another is passed over.
        for line in self._tshark("rtcp", "frame.number", "udp.length", "rtcp.length"):
            frame, size, words = line.split("\t")
            packets = sum(4 * (int(length) + 1) for length in words.split(","))
            if int(size) != _UDP_HEADER + packets:
                found.append(f"{frame}\t{size} bytes of UDP around {packets} of RTCP")
        return found

    def datagrams(self, what):
        """How many a display filter takes."""
        return len(self._tshark(what, "frame.number"))

    def rtcp_packets(self):
        """How many of each kind, in whichever compounds."""
        kinds = collections.Counter()
        for line in self._tshark("rtcp", "rtcp.pt", "rtcp.rtpfb.fmt", "rtcp.psfb.fmt"):
            types, *formats = [[int(n) for n in field.split(",") if n] for field in
                               line.split("\t")]
            formats = dict(zip((_TRANSPORT_FEEDBACK, _PAYLOAD_FEEDBACK), formats))
            for kind in types:
                if kind in formats:
                    kinds[_FEEDBACK.get((kind, formats[kind].pop(0)), "other")] += 1
                else:
                    kinds[_REPORTS.get(kind, "other")] += 1
        return kinds

    def _tshark(self, what, *fields):
        """A line with these fields for each datagram that a display filter takes."""
        words = ["tshark", "-n", "-r", self._path, *self._options, "-Y", what, "-T", "fields"]
        for field in fields:
            words += ["-e", field]
        run = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
        return run.stdout.splitlines()


def _with_headers(datagram):
    """The IPv4 packet; its checksums are 0, which tshark does not look at."""
    port = _RTCP_PORT if rtp.is_rtcp(datagram) else _RTP_PORT
    udp = struct.pack("!HHHH", port, port, _UDP_HEADER + len(datagram), 0) + datagram
    ip = struct.pack("!BBHHHBBH4s4s", _VERSION_AND_SIZE, 0, _IP_HEADER + len(udp), 0, 0, _HOPS,
                     _UDP, 0, bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
    return ip + udp
