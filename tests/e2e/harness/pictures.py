"""Live VP8 in pictures of several sizes, and a viewer that says what it was shown.

ffmpeg encodes each size on its own, with a key frame every few frames whether it is asked for one
or not, and ffmpeg decodes. A decoder of VP8 does not notice that a picture refers to another one
than it has; so a frame is known by the checksum of its picture.
"""

import collections
import re
import signal
import struct
import subprocess

from harness import ports
from harness.participants import to_tuple
from harness.waiting import wait_until

_FRAME_RATE = 12
_KEY_FRAME_EVERY = 4  # frames, of the first encoding; one more in each of the others
_START = 20.0
_END = 20.0
_FFMPEG = ["ffmpeg", "-nostdin", "-hide_banner"]

Encoding = collections.namedtuple("Encoding", "ssrc width height")
# `time` in ticks of the stream's clock; `checksum` of the picture, as it was decoded.
Frame = collections.namedtuple("Frame", "time width height checksum")


class Publisher:
    """Sends one moving picture in all these encodings to `address`, until it is stopped."""

    def __init__(self, children, name, encodings, address, payload_type):
        self._paths = [children.directory / f"{name}-{e.ssrc:x}.ivf" for e in encodings]
        host, port = to_tuple(address)
        # Both of ffmpeg's sockets, for RTP and RTCP, send there.
        url = f"rtp://{host}:{port}?rtcpport={port}&pkt_size=1200"
        words = [*_FFMPEG, "-loglevel", "error", "-re", "-f", "lavfi", "-i",
                 f"testsrc2=size=320x180:rate={_FRAME_RATE}"]
        for group, (encoding, path) in enumerate(zip(encodings, self._paths), _KEY_FRAME_EVERY):
            words += ["-map", "0:v", "-s", f"{encoding.width}x{encoding.height}",
                      "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", 8, "-threads", 1,
                      "-lag-in-frames", 0, "-g", group, "-b:v", "200k", "-f", "tee",
                      f"[f=rtp:ssrc={encoding.ssrc}:payload_type={payload_type}]{url}"
                      f"|[f=ivf]{path}"]
        self._child = children.start(name, words)

    def stop(self):
        """All frames that it has sent, by encoding, as a decoder shows them."""
        self._child.stop(signal.SIGTERM)
        return [_decode(path) for path in self._paths]


def _decode(path):
    run = subprocess.run([str(word) for word in [*_FFMPEG, "-i", path, *_SHOW]], timeout=_END,
                         capture_output=True, text=True, check=True)
    return _read_frames(run.stderr)


# Lines are marked with their level; filter showinfo has one for each frame.
_SHOW = ["-loglevel", "level+info", "-nostats", "-vf", "showinfo", "-fps_mode", "passthrough",
         "-enc_time_base", "1:90000", "-f", "null", "-"]
_SHOWN = re.compile(r"\[info\] n: *\d+ pts: *(\d+) .* s:(\d+)x(\d+) .* checksum:([0-9A-F]+) ")
_COMPLAINT = re.compile(r"\[(?:warning|error|fatal|panic)\]")


def _read_frames(text):
    return [Frame(*map(int, found.group(1, 2, 3)), found.group(4))
            for found in map(_SHOWN.search, text.splitlines()) if found]


class Viewer:
    """An ffmpeg that decodes the single video stream that an SDP tells of, but at `port`, until the
    stream ends."""

    def __init__(self, children, name, sdp, port):
        path = children.directory / f"{name}.sdp"
        path.write_text(re.sub(r"m=video \d+", f"m=video {port}", sdp))
        self._child = children.start(name, [
            *_FFMPEG, "-threads", 1, "-protocol_whitelist", "file,udp,rtp", "-i", path, *_SHOW])
        wait_until(lambda: ports.is_bound(port),
                   lambda: f"{name} has bound its port:\n{self._child.err()}", _START)

    def wait_for_end(self):
        """All frames that it decoded, once it has been told that the stream ended."""
        exit_code = self._child.wait(_END)
        assert exit_code == 0, self._child.failure("failed", exit_code)
        return _read_frames(self._child.err())

    def complaints(self):
        """What it found wrong, with packets missing or with pictures."""
        return [line for line in self._child.err().splitlines() if _COMPLAINT.search(line)]


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
