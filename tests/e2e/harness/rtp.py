"""RTP packets (RFC 3550 section 5.1) without extensions, for tests with raw sockets."""

import collections
import struct

_HEADER = struct.Struct("!BBHII")
TICKS = 3000  # from packet to packet of a source: 1/30 s of video
HEADER_SIZE = _HEADER.size
_VERSION = 2
# VP8 (RFC 7741): what begins a key frame, with which a leg that was interrupted can go on.
_KEY_FRAME = b"\x10\x00"

Packet = collections.namedtuple("Packet", "payload_type marker sequence timestamp ssrc payload")


def pack(payload_type, sequence, timestamp, ssrc, payload, marker=False):
    return _HEADER.pack(_VERSION << 6, (marker << 7) | payload_type, sequence & 0xFFFF,
                        timestamp & 0xFFFFFFFF, ssrc) + payload


def with_extensions(packet, values):
    """The packet, which has none, with header extensions (by id, 1 to 14) in RFC 8285's one-byte
    form."""
    block = b"".join(bytes([id << 4 | len(value) - 1]) + value for id, value in values.items())
    block += bytes(-len(block) % 4)
    return (bytes([packet[0] | 0x10]) + packet[1:HEADER_SIZE]
            + struct.pack("!HH", 0xBEDE, len(block) // 4) + block + packet[HEADER_SIZE:])


def is_rtcp(datagram):
    """By RFC 5761 section 4."""
    return len(datagram) >= 2 and datagram[0] >> 6 == _VERSION and 192 <= datagram[1] <= 223


def receiver_report(source, *, fraction_lost, lost, jitter):
    """Of what was received from `source` (RFC 3550 section 6.4.2), by nobody in particular."""
    return struct.pack("!BBHI", 0x81, 201, 7, 1) + struct.pack(
        "!IIIIII", source, fraction_lost << 24 | lost, 0, jitter, 0, 0)


def goodbye(source):
    """RFC 3550 section 6.6."""
    return struct.pack("!BBHI", 0x81, 203, 1, source)


def parse(datagram):
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
    assert first == _VERSION << 6, f"not a plain RTP header: {datagram[:12].hex()}"
    return Packet(second & 0x7F, bool(second >> 7), sequence, timestamp, ssrc,
                  datagram[HEADER_SIZE:])


class Source:
    """What one SSRC sends: numbered packets whose payload says whose they are and which."""

    def __init__(self, ssrc, payload_type, *, name, sequence=65530, timestamp=0xFFFFF000):
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.name = name
        self.next_number = 0
        self._sequence = sequence
        self._timestamp = timestamp

    def packet(self, number):
        """Packet `number`, always the same. The numbers of the first packets wrap by default."""
        return pack(self.payload_type, self._sequence + number,
                    self._timestamp + number * TICKS, self.ssrc,
                    _KEY_FRAME + f"{self.name}#{number}#".encode() + bytes(number % 200))

    def next(self):
        self.next_number += 1
        return self.packet(self.next_number - 1)


def origin(packet):
    """The name and number that Source wrote into the payload; fails if a byte of it differs."""
    assert packet.payload.startswith(_KEY_FRAME), f"payload damaged: {packet}"
    name, number, padding = packet.payload[len(_KEY_FRAME):].split(b"#", 2)
    assert padding == bytes(int(number) % 200), f"payload damaged: {packet}"
    return name.decode(), int(number)
