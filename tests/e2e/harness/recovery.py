"""Viewers that nobody here wrote behind a lossy network, with and without retransmission.

A viewer says which frames it got whole, by hashes of the frames as they were encoded; so what a
decoder makes of damaged ones does not matter.
"""

import dataclasses
import pathlib
import subprocess

from harness import media, ports
from harness.impair import Impair
from harness.rtsp import RtspServer
from harness.waiting import wait_until

CODEC = media.GstCodec("video", "VP8", 90000, 96, "", "matroskademux", "rtpvp8pay", "rtpvp8depay",
                       "vp8dec")
RTX_PAYLOAD_TYPE = 97
_FRAMES = 300
# Behind the last packets nothing comes that would show a gap; and when a viewer, which shows frames
# in order, has one of these, it is decided what became of those before.
_TAIL = 90
_START = 20.0
_END = 40.0
_PATIENCE_MS = 1000  # how long a viewer waits for a missing packet


@dataclasses.dataclass
class Film:
    """Ten seconds of video, a few packets a frame and a key frame each second."""

    sample: media.GstSample
    hashes: list  # SHA-1 of each frame, as encoded

    @property
    def judged(self):
        return self.hashes[:-_TAIL]

    @property
    def tail(self):
        return set(self.hashes[-_TAIL:])


def make_film(directory):
    path = directory / "film.mkv"
    media.make([
        "gst-launch-1.0", "-q", *(
            f"videotestsrc num-buffers={_FRAMES} pattern=snow "
            "! video/x-raw,width=160,height=120,framerate=30/1 "
            "! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=30 target-bitrate=500000 "
            f"! matroskamux ! filesink location={path}").split()], directory)
    hashes = subprocess.run(
        ["gst-launch-1.0", "-q", *f"filesrc location={path} ! matroskademux ! {_HASHES}".split()],
        capture_output=True, text=True, timeout=60, check=True).stdout
    film = Film(media.GstSample(path, CODEC, b""), _read_checksums(hashes))
    assert len(set(film.hashes)) == _FRAMES, "frames that cannot be told apart"
    return film


_HASHES = "checksumsink sync=false"  # a line for each buffer: its time, and SHA-1


def _read_checksums(text):
    return [line.split()[1] for line in text.split("\n")[:-1] if line[:1].isdigit()]


class _Viewer:
    """One subscriber behind 5 % loss. `address` is where its media is to be sent."""

    def __init__(self, children, name):
        self.name = name
        self.port = ports.free_pair()
        # Where its feedback goes to come back to who sends to `address`; and what it comes from.
        self.feedback_port = ports.free_pair() + 1
        self.impair = Impair(children, f"127.0.0.1:{self.port}", "--from",
                             f"127.0.0.1:{self.feedback_port}", "--loss", "5%", "--delay", "10ms")
        self.address = self.impair.address
        self.child = None

    def wait_for_port(self):
        wait_until(lambda: ports.is_bound(self.port),
                   lambda: f"{self.name} has bound its port:\n{self.child.err()}", _START)

    def wait_for(self, film):
        wait_until(lambda: film.tail.intersection(self.hashes()),
                   lambda: f"{self.name} has seen the end, not only {len(self.hashes())} frames:\n"
                           f"{self.child.err()}", _END, interval=0.2)

    def frames_lost(self, film):
        there = set(self.hashes())
        return sum(1 for frame in film.judged if frame not in there)

    def hashes(self):
        raise NotImplementedError


class GstViewer(_Viewer):
    """GStreamer's rtpbin. `again`: "rtx" (RFC 4588), "plain", or None for no retransmission."""

    def __init__(self, children, name, again):
        super().__init__(children, name)
        self._children = children
        self._again = again

    def start(self, leg, feedback_port=None):
        """Receives the leg {"ssrc", "payload_type"}, and "rtx_ssrc" and "rtx_payload_type"."""
        # Feedback is limited to a part of the session's bandwidth (RFC 4585 section 3.4), which
        # GStreamer takes to be small until it has measured it.
        retransmission = "true" if self._again else "false"
        self.child = self._children.start(self.name, ["gst-launch-1.0", "-q", *(
            f"rtpbin name=bin rtp-profile=avpf do-retransmission={retransmission} "
            f"latency={_PATIENCE_MS} rtpsession0::bandwidth=8000000 "
            f"udpsrc address=127.0.0.1 port={self.port} buffer-size=4000000 "
            f"caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,"
            f"payload={leg['payload_type']} ! tee name=both "
            # RTP and RTCP come to one port (RFC 5761); each side takes what it knows.
            f"both. ! {self._restore(leg)} bin.recv_rtp_sink_0 "
            "both. ! capssetter caps=application/x-rtcp join=false replace=true "
            "! bin.recv_rtcp_sink_0 "
            f"bin. ! rtpvp8depay ! {_HASHES} "
            f"bin.send_rtcp_src_0 ! udpsink host=127.0.0.1 "
            f"port={feedback_port or self.feedback_port} sync=false async=false").split()])
        self.wait_for_port()

    def _restore(self, leg):
        """What makes the original packets of RTX: before rtpbin, which then knows one SSRC."""
        if self._again != "rtx":
            return ""
        return (f"rtprtxreceive payload-type-map=application/x-rtp-pt-map,"
                f"{leg['payload_type']}=(uint){leg['rtx_payload_type']} "
                f"ssrc-map=application/x-rtp-ssrc-map,{leg['ssrc']}=(uint){leg['rtx_ssrc']} ! ")

    def hashes(self):
        return _read_checksums(self.child.out_path.read_text())


class FfmpegViewer(_Viewer):
    """ffmpeg, which asks for lost packets, and takes them plain, if it is told so by RTSP."""

    def __init__(self, children, name, again):
        super().__init__(children, name)
        self._children = children
        self._profile = "RTP/AVPF" if again else "RTP/AVP"
        self._frames = children.directory / f"{name}.frames"

    def start(self, leg, feedback_port=None):
        sdp = "\r\n".join([
            "v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
            f"m=video 0 {self._profile} {leg['payload_type']}",
            f"a=rtpmap:{leg['payload_type']} VP8/90000", "a=control:video", ""])
        server = RtspServer(sdp, feedback_port or self.feedback_port)
        self.child = self._children.start(self.name, [
            "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y",
            "-rtsp_transport", "udp", "-min_port", self.port, "-max_port", self.port + 1,
            "-max_delay", 2 * _PATIENCE_MS * 1000, "-reorder_queue_size", 2000, "-i", server.url,
            "-map", "0:v", "-c", "copy", "-flush_packets", "1", "-f", "framehash", "-hash",
            "SHA160", self._frames])
        self.wait_for_port()
        server.close()

    def hashes(self):
        return media.read_hashes(pathlib.Path(self._frames))


def gst_send_again(children, film, address, feedback_port, leg, again):
    """GStreamer sends the film to `address`, and lost packets again as feedback asks for them."""
    host, port = address.rsplit(":", 1)
    keep = {
        "plain": "rtprtxqueue max-size-packets=1000",
        "rtx": f"rtprtxsend max-size-packets=1000 payload-type-map=application/x-rtp-pt-map,"
               f"{leg['payload_type']}=(uint){leg.get('rtx_payload_type')} "
               f"ssrc-map=application/x-rtp-ssrc-map,{leg['ssrc']}=(uint){leg.get('rtx_ssrc')}",
    }[again]
    child = children.start("send", ["gst-launch-1.0", "-q", *(
        "rtpsession name=session rtp-profile=avpf "
        f"filesrc location={film.sample.path} ! matroskademux "
        f"! rtpvp8pay pt={leg['payload_type']} ssrc={leg['ssrc']} mtu=1200 ! {keep} "
        f"! session.send_rtp_sink session.send_rtp_src ! udpsink host={host} port={port} "
        f"udpsrc address=127.0.0.1 port={feedback_port} ! session.recv_rtcp_sink").split()])
    wait_until(lambda: ports.is_bound(feedback_port),
               lambda: f"{child.name} has bound its port:\n{child.err()}", _START)
