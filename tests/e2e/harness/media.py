"""ffmpeg and GStreamer: samples with known frames, and the commands that send and receive them."""

import dataclasses
import os
import pathlib
import signal
import socket
import struct
import subprocess

from harness import ports
from harness.participants import to_tuple
from harness.waiting import wait_until

_FFMPEG = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "warning", "-y"]
_GSTREAMER = ["gst-launch-1.0", "-q"]
_MTU = 1200
_START = 20.0
# RFC 3550 section 6.1: a report comes first, here an empty one.
_RTCP_BYE = struct.pack("!BBHIBBHI", 0x80, 201, 1, 0, 0x81, 203, 1, 0)


def make(words, directory):
    """Runs a tool that makes a file; the tool's error becomes ours."""
    run = subprocess.run([str(word) for word in words], cwd=directory, capture_output=True,
                         text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    assert run.returncode == 0, f"{words}:\n{run.stderr}"


# ------------------------------------------------------------------------------------------ ffmpeg


@dataclasses.dataclass
class Hashes:
    """Of each frame of one stream: as encoded, and as decoded."""

    encoded: list
    decoded: list


@dataclasses.dataclass
class Sample:
    """A file with one stream, and what has to come out of it."""

    path: pathlib.Path
    kind: str
    hashes: Hashes


def read_hashes(path):
    """The hashes of a file of ffmpeg's muxer framehash, complete lines only."""
    if not path.exists():
        return []
    lines = path.read_text().split("\n")[:-1]
    return [line.split(",")[5].strip() for line in lines if line and not line.startswith("#")]


def _hash_outputs(kind, stem):
    """Output options that hash the frames of the one video or audio stream of the input."""
    common = ["-flush_packets", "1", "-f", "framehash", "-hash", "md5"]
    select = ["-map", f"0:{kind[0]}"]
    return [*select, "-c", "copy", *common, f"{stem}.encoded",
            *select, *(["-fps_mode", "passthrough"] if kind == "video" else []), *common,
            f"{stem}.decoded"]


def ffmpeg_sample(directory, kind, name, *encoder):
    """Encodes a test picture (30 frames/s) or tone of four seconds."""
    source = {"video": "testsrc2=size=176x144:rate=30:duration=4",
              "audio": "sine=frequency=440:sample_rate=48000:duration=4"}[kind]
    path = directory / name
    make([*_FFMPEG, "-f", "lavfi", "-i", source, *encoder, path], directory)
    make([*_FFMPEG, "-threads", "1", "-i", path, *_hash_outputs(kind, path)], directory)
    return Sample(path, kind, Hashes(read_hashes(pathlib.Path(f"{path}.encoded")),
                                     read_hashes(pathlib.Path(f"{path}.decoded"))))


def ffmpeg_send(children, sample, media_address, port, *, ssrc, payload_type):
    """Sends a sample in real time from `port`. The RTCP of ffmpeg comes from another port, which is
    no endpoint's, so the node drops it as of an unknown flow."""
    host, media_port = to_tuple(media_address)
    url = (f"rtp://{host}:{media_port}?localaddr=127.0.0.1&localrtpport={port}"
           f"&localrtcpport={port + 1}&rtcpport={media_port}&pkt_size={_MTU}")
    return children.start(f"send-{sample.kind}", [
        *_FFMPEG, "-re", "-i", sample.path, "-c", "copy", "-ssrc", ssrc, "-payload_type",
        payload_type, "-f", "rtp", url])


class FfmpegReceiver:
    """Receives what an SDP file says, one video and one audio stream, and hashes every frame."""

    def __init__(self, children, name, sdp, video_port, audio_port):
        self._stem = children.directory / name
        self._ports = (video_port, audio_port)
        sdp_path = self._stem.with_suffix(".sdp")
        sdp_path.write_text(sdp)
        self.child = children.start(name, [
            *_FFMPEG, "-protocol_whitelist", "file,udp,rtp", "-threads", "1", "-i", sdp_path,
            *_hash_outputs("video", f"{self._stem}.video"),
            *_hash_outputs("audio", f"{self._stem}.audio")])
        wait_until(lambda: ports.is_bound(video_port) and ports.is_bound(audio_port),
                   lambda: f"{name} has bound its ports:\n{self.child.err()}", _START)

    def hashes(self, kind):
        stem = f"{self._stem}.{kind}"
        return Hashes(read_hashes(pathlib.Path(f"{stem}.encoded")),
                      read_hashes(pathlib.Path(f"{stem}.decoded")))

    def wait_for(self, sample, timeout=15.0):
        """Until it has received as many frames as the sample has. It decodes the last of them when
        it is stopped."""
        wanted = len(sample.hashes.encoded)

        def have():
            return len(self.hashes(sample.kind).encoded)

        wait_until(lambda: have() >= wanted,
                   lambda: f"{self.child.name} has {have()} of {wanted} {sample.kind} frames:\n"
                           f"{self.child.err()}", timeout)

    def stop(self):
        """Ends it as the end of the streams would, by an RTCP BYE on each port (RFC 3550 section
        6.6): on a signal ffmpeg 5.1 first waits 10 s for more packets, or loses the last frames."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for port in self._ports:
                sender.sendto(_RTCP_BYE, ("127.0.0.1", port + 1))
        exit_code = self.child.wait(20)
        assert exit_code == 0, self.child.failure("failed", exit_code)


# --------------------------------------------------------------------------------------- GStreamer


@dataclasses.dataclass(frozen=True)
class GstCodec:
    """How GStreamer makes, sends, receives and decodes one codec. The caps are those of RTP."""

    kind: str
    encoding: str
    clock_rate: int
    payload_type: int
    encode: str   # a pipeline into a file
    demux: str    # from the file to the payloader
    payload: str
    depayload: str
    decode: str   # to the bytes that are compared


_PICTURE = ("videotestsrc num-buffers=90 pattern=ball "
            "! video/x-raw,width=320,height=240,framerate=30/1,format=I420")
_TO_I420 = "! video/x-raw,format=I420"

GST_CODECS = {
    "H264": GstCodec(
        "video", "H264", 90000, 102,
        f"{_PICTURE} ! x264enc tune=zerolatency key-int-max=30 bitrate=500 "
        "! video/x-h264,profile=constrained-baseline ! h264parse ! matroskamux",
        "matroskademux ! h264parse", "rtph264pay config-interval=-1", "rtph264depay ! h264parse",
        f"avdec_h264 max-threads=1 {_TO_I420}"),
    "VP9": GstCodec(
        "video", "VP9", 90000, 103,
        f"{_PICTURE} ! vp9enc deadline=1 cpu-used=8 keyframe-max-dist=30 target-bitrate=500000 "
        "! matroskamux",
        "matroskademux", "rtpvp9pay", "rtpvp9depay", f"vp9dec {_TO_I420}"),
    "PCMU": GstCodec(
        "audio", "PCMU", 8000, 0,
        "audiotestsrc num-buffers=150 samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 "
        "! mulawenc ! wavenc",
        "wavparse", "rtppcmupay min-ptime=20000000 max-ptime=20000000", "rtppcmudepay",
        "mulawdec"),
}


@dataclasses.dataclass
class GstSample:
    path: pathlib.Path
    codec: GstCodec
    decoded: bytes


def _gst(pipeline):
    return [*_GSTREAMER, *pipeline.split()]


def gst_sample(directory, codec):
    """Three seconds of a test picture or tone, and what it decodes to."""
    path = directory / f"sample-{codec.encoding}"
    reference = directory / f"reference-{codec.encoding}"
    make(_gst(f"{codec.encode} ! filesink location={path}"), directory)
    make(_gst(f"filesrc location={path} ! {codec.demux} ! {codec.decode} "
              f"! filesink location={reference}"), directory)
    return GstSample(path, codec, reference.read_bytes())


def gst_send(children, sample, media_address, port, ssrc):
    """Sends a sample in real time from `port`, with the codec's payload type."""
    host, media_port = to_tuple(media_address)
    codec = sample.codec
    return children.start(f"send-{codec.encoding}", _gst(
        f"filesrc location={sample.path} ! {codec.demux} "
        f"! {codec.payload} pt={codec.payload_type} ssrc={ssrc} mtu={_MTU} "
        f"! udpsink host={host} port={media_port} bind-address=127.0.0.1 bind-port={port}"))


class GstReceiver:
    """Receives one leg, and only what has its payload type and SSRC; keeps the decoded bytes."""

    def __init__(self, children, name, codec, leg, port):
        self.decoded_path = children.directory / f"{name}.raw"
        self.child = children.start(name, _gst(
            f"udpsrc address=127.0.0.1 port={port} buffer-size=4000000 "
            f"caps=application/x-rtp,media={codec.kind},clock-rate={codec.clock_rate},"
            f"encoding-name={codec.encoding},payload={leg['payload_type']} "
            f"! rtpssrcdemux name=by_ssrc by_ssrc.src_{leg['ssrc']} "
            f"! {codec.depayload} ! {codec.decode} "
            f"! filesink buffer-mode=unbuffered location={self.decoded_path}"))
        wait_until(lambda: ports.is_bound(port),
                   lambda: f"{name} has bound its port:\n{self.child.err()}", _START)

    def wait_for(self, sample, timeout=15.0):
        """Until it has decoded as many bytes as the sample has."""
        def size():
            return os.path.getsize(self.decoded_path) if self.decoded_path.exists() else 0

        wait_until(lambda: size() >= len(sample.decoded),
                   lambda: f"{self.child.name} has decoded {size()} of {len(sample.decoded)} bytes:"
                           f"\n{self.child.err()}", timeout)

    def stop(self):
        exit_code = self.child.stop(signal.SIGINT)
        assert exit_code == 0, self.child.failure("failed", exit_code)
