"""baton-record, fed by ffmpeg through a node that is the test: what it writes plays."""

import json
import select
import signal
import socket
import struct
import subprocess
import time

import pytest

from harness import builds, ports
from harness.recorder import RAW, Recorder, baton_record

AUDIO, VIDEO = 1, 2
_SECONDS = 4

VP8 = ("VP8", ["-c:v", "libvpx", "-deadline", "realtime", "-g", "25", "-b:v", "600k"])
VP9 = ("VP9", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "25",
               "-strict", "experimental"])
H264 = ("H264", ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25"])


class Publisher:
    """ffmpeg, which sends a picture and a sound in real time to sockets of the test."""

    def __init__(self, children, codec, seconds=_SECONDS):
        self.sockets = []
        first = ports.free_block(4)
        for port in range(first, first + 4):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            sock.bind(("127.0.0.1", port))
            self.sockets.append(sock)
        self.child = children.start(
            "publisher",
            ["ffmpeg", "-v", "error", "-re", "-f", "lavfi",
             "-i", f"testsrc2=size=320x240:rate=25:duration={seconds}",
             "-re", "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
             "-map", "0", *codec[1], "-ssrc", "10", "-payload_type", "96",
             "-f", "rtp", f"rtp://127.0.0.1:{first}?pkt_size=1200",
             "-map", "1", "-c:a", "libopus", "-ssrc", "20", "-payload_type", "111",
             "-f", "rtp", f"rtp://127.0.0.1:{first + 2}?pkt_size=1200"])

    def packets(self, until=lambda: False):
        """What it sends, as it comes, up to its end."""
        over = None
        while (over is None or time.monotonic() < over) and not until():
            if over is None and not self.child.running():
                over = time.monotonic() + 0.3
            for sock in select.select(self.sockets, [], [], 0.05)[0]:
                yield sock.recv(65536)


def start(directory, codec, **options):
    directory.mkdir(exist_ok=True)
    recorder = Recorder(builds.build_directory(), directory, **options)
    recorder.add_track(1, 10, 96, "camera", VIDEO, codec[0], 90000)
    recorder.add_track(2, 20, 111, "microphone", AUDIO, "opus", 48000, 2)
    return recorder


def probe(path):
    words = ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-show_format", "-of",
             "json", path]
    return json.loads(subprocess.run(words, check=True, capture_output=True).stdout)


def check_plays(path):
    done = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-"],
                          capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr


def only_file(directory):
    [path] = [p for p in directory.iterdir() if p.suffix in (".webm", ".mkv")]
    return path


def repair(directory):
    done = subprocess.run([baton_record(builds.build_directory()), "repair", directory],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("codec", [VP8, VP9, H264], ids=lambda codec: codec[0])
def test_what_ffmpeg_sends_is_in_a_file(tmp_path, children, codec):
    directory = tmp_path / "recording"
    recorder = start(directory, codec)
    for packet in Publisher(children, codec).packets():
        recorder.packet(packet)
    recorder.end()
    assert recorder.wait() == 0

    path = only_file(directory)
    assert path.name == ("alice.mkv" if codec is H264 else "alice.webm")
    check_plays(path)
    facts = probe(path)
    by_kind = {stream["codec_type"]: stream for stream in facts["streams"]}
    assert int(by_kind["video"]["nb_read_packets"]) == 25 * _SECONDS
    assert abs(int(by_kind["audio"]["nb_read_packets"]) - 50 * _SECONDS) <= 2
    manifest = json.loads((directory / "manifest.json").read_text())
    assert abs(manifest["files"][0]["duration_seconds"] - _SECONDS) < 0.3
    assert manifest["files"][0]["name"] == path.name
    assert manifest["end_reason"] == "stopped"
    assert sorted(p.name for p in directory.iterdir()) == sorted([path.name, "manifest.json"])
    assert len(recorder.of("file_finished")) == 1
    assert [m for m, _ in recorder.messages][-1] == "ended"
    assert not recorder.of("trouble")


@pytest.mark.parametrize("how", ["terminated", "node gone"])
def test_a_recording_that_is_cut_short_has_what_came(tmp_path, children, how):
    recorder = start(tmp_path / "recording", VP8)
    for packet in Publisher(children, VP8).packets():
        recorder.packet(packet)
    if how == "terminated":
        recorder.process.send_signal(signal.SIGTERM)
    else:
        recorder.close()
    assert recorder.wait() == 0
    path = only_file(recorder.directory)
    check_plays(path)
    [video] = [s for s in probe(path)["streams"] if s["codec_type"] == "video"]
    assert int(video["nb_read_packets"]) == 25 * _SECONDS
    manifest = json.loads((recorder.directory / "manifest.json").read_text())
    assert manifest["end_reason"] == how


def test_a_killed_recorder_loses_a_second_at_most(tmp_path, children):
    recorder = start(tmp_path / "recording", VP8)
    began = time.monotonic()
    for packet in Publisher(children, VP8, 6).packets(lambda: time.monotonic() > began + 4.5):
        recorder.packet(packet)
    recorder.kill()
    lasted = (time.monotonic_ns() - recorder.start_ns) / 1e9
    repair(recorder.directory)
    path = only_file(recorder.directory)
    check_plays(path)
    manifest = json.loads((recorder.directory / "manifest.json").read_text())
    [file] = manifest["files"]
    assert file["start_seconds"] + file["duration_seconds"] > lasted - 1.1
    assert manifest["repaired"]


def test_a_second_segment_goes_on(tmp_path, children):
    recorder = start(tmp_path / "recording", VP8)
    publisher = Publisher(children, VP8, 10)
    began = time.monotonic()
    for packet in publisher.packets(lambda: time.monotonic() > began + 4):
        recorder.packet(packet)
    recorder.kill()
    successor = start(recorder.directory, VP8, segment=2, start=recorder.start_ns)
    for packet in publisher.packets():
        successor.packet(packet)
    successor.end()
    assert successor.wait() == 0
    manifest = json.loads((recorder.directory / "manifest.json").read_text())
    assert [file["name"] for file in manifest["files"]] == ["alice.webm", "alice-2.webm"]
    assert all(file["finished"] for file in manifest["files"])
    assert manifest["files"][1]["start_seconds"] > manifest["files"][0]["start_seconds"] + 2
    for file in manifest["files"]:
        check_plays(recorder.directory / file["name"])
    assert not list(recorder.directory.glob("*.part"))


def rtpdump_packets(path):
    """The packets of an rtpdump file: record/rtpdump.h."""
    line, data = path.read_bytes().split(b"\n", 1)
    assert line.startswith(b"#!rtpplay1.0 ")
    data, packets = data[16:], []
    while data:
        length, rtp_length, _ = struct.unpack(">HHI", data[:8])
        assert rtp_length in (0, length - 8)
        packets.append(data[8:length])
        data = data[length:]
    return packets


def test_raw_packets_are_as_they_came(tmp_path, children):
    recorder = start(tmp_path / "recording", VP8, layout=RAW)
    sent = []
    for packet in Publisher(children, VP8, 2).packets():
        recorder.packet(packet)
        is_report = packet[1] == 200
        if packet[4 if is_report else 8 :][:4] == b"\0\0\0\x0a":
            sent.append(packet)
    recorder.end()
    assert recorder.wait() == 0
    assert len(sent) > 50
    assert rtpdump_packets(recorder.directory / "alice-camera.rtpdump") == sent


def test_what_makes_no_sense_ends_the_recording(tmp_path):
    recorder = start(tmp_path / "recording", VP8)
    recorder.send(b"\xff\xff")
    assert recorder.wait() == 1
    assert recorder.of("trouble")[0][1] == 6
    manifest = json.loads((recorder.directory / "manifest.json").read_text())
    assert manifest["end_reason"] == "protocol error"


def test_started_by_hand_it_says_what_to_do():
    program = baton_record(builds.build_directory())
    for words, text in ((["--sink"], "batonctl record start"), ([], "--help")):
        done = subprocess.run([program, *words], capture_output=True, text=True)
        assert done.returncode == 2
        assert text in done.stderr
