"""Live VP8 in pictures of several sizes, and a viewer that says which it was shown.

ffmpeg encodes each size on its own, with a key frame every few frames whether it is asked for one or
not; ffprobe decodes.
"""

import collections
import csv
import re
import struct

from harness import ports
from harness.participants import to_tuple
from harness.waiting import wait_until

_FRAME_RATE = 12
_KEY_FRAME_EVERY = 4  # frames, of the first encoding; one more in each of the others
_START = 20.0
_END = 20.0

Encoding = collections.namedtuple("Encoding", "ssrc width height")
Frame = collections.namedtuple("Frame", "time size")  # in units of 1/90000 s; (width, height)


def publish_live(children, name, encodings, address, payload_type):
    """Sends the same moving picture in all these encodings, until it is ended."""
    host, port = to_tuple(address)
    # Both of ffmpeg's sockets, for RTP and RTCP, send there.
    url = f"rtp://{host}:{port}?rtcpport={port}&pkt_size=1200"
    words = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-re", "-f", "lavfi", "-i",
             f"testsrc2=size=320x180:rate={_FRAME_RATE}"]
    for group, (ssrc, width, height) in enumerate(encodings, _KEY_FRAME_EVERY):
        words += ["-map", "0:v", "-s", f"{width}x{height}", "-c:v", "libvpx", "-deadline",
                  "realtime", "-cpu-used", 8, "-threads", 1, "-lag-in-frames", 0, "-g", group,
                  "-b:v", "200k", "-ssrc", ssrc, "-payload_type", payload_type, "-f", "rtp", url]
    return children.start(name, words)


def size_of_key_frame(payload):
    """Width and height, if a VP8 key frame begins in this payload (RFC 7741 sections 4.2 and 4.3,
    RFC 6386 section 9.1); else None."""
    first, at = payload[0], 1
    if first & 0x80:
        extensions, at = payload[1], 2
        if extensions & 0x80:
            at += 2 if payload[at] & 0x80 else 1
        at += bool(extensions & 0x40) + bool(extensions & 0x30)
    begins_frame = first & 0x10 and not first & 0x07
    if not begins_frame or payload[at] & 0x01:
        return None
    width, height = struct.unpack_from("<HH", payload, at + 6)
    return width & 0x3FFF, height & 0x3FFF


class Viewer:
    """An ffprobe that decodes the single video stream that an SDP tells of, but at `port`, until
    the stream ends. It warns of packets and parts of pictures that are missing, too."""

    def __init__(self, children, name, sdp, port):
        path = children.directory / f"{name}.sdp"
        path.write_text(re.sub(r"m=video \d+", f"m=video {port}", sdp))
        self.child = children.start(name, [
            "ffprobe", "-hide_banner", "-loglevel", "warning", "-threads", 1,
            "-protocol_whitelist", "file,udp,rtp", "-show_frames", "-show_entries",
            "frame=pts,width,height", "-of", "csv=print_section=0", path])
        wait_until(lambda: ports.is_bound(port),
                   lambda: f"{name} has bound its port:\n{self.child.err()}", _START)

    def wait_for_end(self):
        """All frames that it decoded, once it has been told that the stream ended."""
        exit_code = self.child.wait(_END)
        assert exit_code == 0, self.child.failure("failed", exit_code)
        with open(self.child.out_path, encoding="ascii") as lines:
            return [Frame(int(time), (int(width), int(height)))
                    for time, width, height, *_ in csv.reader(lines)]
