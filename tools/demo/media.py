"""Who sends and who receives: ffmpeg on both sides of the relay."""

import os
import subprocess
import threading

from children import DemoError
from ports import LOOPBACK, free_pairs

ROOM = "demo"
VIEWERS = ("bob", "carol")
FRAMES_PER_SECOND = 25
AUDIO_RATE = 48000
VIDEO = {"endpoint": "alice-video", "track": "cam", "kind": "video", "codec": "VP8/90000",
         "pt": 96, "ssrc": 0x1234}
AUDIO = {"endpoint": "alice-audio", "track": "mic", "kind": "audio", "codec": "opus/48000/2",
         "pt": 111, "ssrc": 0x5678}
FFMPEG = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "warning"]


class Plan:
    """The room: alice publishes from two endpoints, and each viewer is two endpoints, because
    ffmpeg opens one port for each medium. So the room subscribes nobody by itself."""

    def __init__(self):
        ports = iter(free_pairs(2 + 2 * len(VIEWERS)))
        self.publishers = {source["endpoint"]: next(ports) for source in (VIDEO, AUDIO)}
        self.viewers = {viewer: {kind: next(ports) for kind in ("video", "audio")}
                        for viewer in VIEWERS}

    def script(self):
        """The batonctl commands that set the room up. The second one answers with an endpoint."""
        yield f"room create {ROOM} --subscribe manual"
        for source in (VIDEO, AUDIO):
            endpoint = source["endpoint"]
            yield f"endpoint add {ROOM} {endpoint} --remote {LOOPBACK}:{self.publishers[endpoint]}"
            yield (f"track publish {ROOM} {endpoint} {source['track']} --kind {source['kind']} "
                   f"--codec {source['codec']} --pt {source['pt']} --ssrc {source['ssrc']:#x}")
        for viewer, ports in self.viewers.items():
            for source in (VIDEO, AUDIO):
                kind = source["kind"]
                yield f"endpoint add {ROOM} {viewer}-{kind} --remote {LOOPBACK}:{ports[kind]}"
                yield f"leg add {ROOM} {viewer}-{kind} {source['endpoint']}/{source['track']}"


def publish(family, plan, media):
    """ffmpeg's test picture and a tone, to the node's `media` address. RTCP stays away: ffmpeg
    sends it from another port than RTP, which is nobody's to the relay."""
    def output(source):
        port = plan.publishers[source["endpoint"]]
        return ["-ssrc", str(source["ssrc"]), "-payload_type", str(source["pt"]), "-rtpflags",
                "skip_rtcp", "-f", "rtp", f"rtp://{media}?localrtpport={port}&pkt_size=1200"]

    rate = str(FRAMES_PER_SECOND)
    return family.start("alice", [
        *FFMPEG,
        "-re", "-f", "lavfi", "-i", f"testsrc2=size=640x360:rate={rate}",
        "-re", "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={AUDIO_RATE}",
        # A receiver that comes later, or lost a packet, sees a picture within a second.
        "-map", "0:v", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-threads", "1",
        "-b:v", "800k", "-g", rate, "-keyint_min", rate, "-auto-alt-ref", "0",
        "-error-resilient", "default", *output(VIDEO),
        "-map", "1:a", "-c:a", "libopus", "-b:a", "64k", "-ac", "2", *output(AUDIO),
    ], stdout=subprocess.DEVNULL)


class Receiver:
    """A viewer that decodes what reaches its two ports and counts it."""

    def __init__(self, family, node, viewer):
        self.name = viewer
        self.video_frames = 0
        self._audio_samples = 0
        sdp_path = os.path.join(family.log_directory, viewer + ".sdp")
        with open(sdp_path, "w", encoding="utf-8") as sdp:
            sdp.write(node.batonctl("endpoint", "sdp", ROOM, f"{viewer}-video", f"{viewer}-audio"))
        # framecrc prints a line for each decoded frame: "stream, dts, pts, duration, size, crc".
        self._child = family.start(viewer, [
            *FFMPEG, "-protocol_whitelist", "file,udp,rtp", "-i", sdp_path,
            "-map", "0:v", "-map", "0:a", "-fps_mode", "passthrough", "-max_interleave_delta", "1",
            "-c:v", "rawvideo", "-c:a", "pcm_s16le", "-ar", str(AUDIO_RATE),
            "-flush_packets", "1", "-f", "framecrc", "pipe:1",
        ], stdout=subprocess.PIPE)
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._thread.start()

    @property
    def audio_seconds(self):
        return self._audio_samples / AUDIO_RATE

    def _count(self):
        for line in self._child.process.stdout:
            fields = line.split(b",")
            if line.startswith(b"#") or len(fields) < 6:
                continue
            if int(fields[0]) == 0:
                self.video_frames += 1
            else:
                self._audio_samples += int(fields[3])

    def finish(self):
        """Counts what ffmpeg has still said; once it has ended."""
        self._thread.join()

    def has_both(self):
        return self.video_frames > 0 and self._audio_samples > 0


def check_ffmpeg():
    try:
        encoders = subprocess.run(["ffmpeg", "-hide_banner", "-encoders"], capture_output=True,
                                  text=True, timeout=20, check=False).stdout
    except FileNotFoundError as error:
        raise DemoError("ffmpeg is not installed: run tools/setup demo") from error
    for encoder in ("libvpx", "libopus"):
        if f" {encoder} " not in encoders:
            raise DemoError(f"this ffmpeg has no {encoder}: run tools/setup demo")
