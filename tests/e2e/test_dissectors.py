"""What a node sends in a call, as the dissectors of tshark understand it."""

import pytest

from harness import dissection, pictures, recovery, rtp
from harness.impair import Impair
from harness.participants import Stream
from harness.pictures import Encoding
from harness.waiting import wait_until

CAMERA = [Encoding(0x1000, 80, 46), Encoding(0x1001, 160, 90), Encoding(0x1002, 320, 180)]
VIDEO = recovery.CODEC.payload_type
AUDIO = 111
MICROPHONE = 0x2000  # SSRC
SCREEN = Encoding(0x2001, 160, 90)
# Header extensions, by id.
LEVEL, TRANSPORT = 1, 3
RTCP = ("sr", "rr", "sdes", "bye", "nack", "pli", "fir", "twcc")
SWITCHES = 6


class Microphone(rtp.Source):
    """Says how loud it is, and numbers its packets for transport-wide feedback."""

    def packet(self, number):
        return rtp.with_extensions(super().packet(number), {
            LEVEL: bytes([0x80 | 30]), TRANSPORT: number.to_bytes(2, "big")})


class Call:
    """alice, ffmpeg behind a lossy network, is watched by bob, GStreamer behind another one; dave,
    a raw socket and ffmpeg, speaks and shows his screen to erin, a raw socket."""

    def __init__(self, node, children, participant, tap):
        self.node = node
        self.children = children
        viewer = recovery.GstViewer(children, "bob", "rtx")
        self.dave, self.erin = participant(), participant()
        self.taps = {"alice": tap(), "bob": tap(viewer.address), "dave": tap(self.dave.address),
                     "erin": tap(self.erin.address)}
        extensions = {
            "bob": "--extension mid=1 --extension transport-cc=2 --extension abs-send-time=3",
            "dave": f"--extension audio-level={LEVEL} --extension transport-cc={TRANSPORT}",
            # An id above 14 needs the two-byte form.
            "erin": "--extension audio-level=20 --extension mid=21"}
        *_, leg = node.ctl.run([
            "room create demo --subscribe manual",
            *(f"endpoint add demo {name} --remote {tap.address} {extensions.get(name, '')}"
              for name, tap in self.taps.items()),
            f"track publish demo alice cam --kind video --codec VP8/90000 --pt {VIDEO} "
            + " ".join(f"--encoding ssrc={encoding.ssrc}" for encoding in CAMERA),
            "track publish demo dave mic --kind audio --codec opus/48000/2 "
            f"--pt {AUDIO} --ssrc {MICROPHONE}",
            f"track publish demo dave screen --screen --kind video --codec VP8/90000 --pt {VIDEO} "
            f"--ssrc {SCREEN.ssrc} --feedback fir",
            "leg add demo erin dave/mic --mid a",
            "leg add demo erin dave/screen --mid v",
            f"leg add demo bob alice/cam --mid v --rtx-payload-type {recovery.RTX_PAYLOAD_TYPE}"])
        viewer.start(leg)
        self.dave.aim(self.taps["dave"].address)

    def run(self):
        """Until the node has sent all kinds of packets, and switched; then the room is closed."""
        lossy = Impair(self.children, self.taps["alice"].address, "--loss", "up=5%", "--media-only")
        events = self.node.events()
        pictures.Publisher(self.children, "alice", CAMERA, lossy.address, VIDEO)
        pictures.Publisher(self.children, "dave", [SCREEN], self.taps["dave"].address, VIDEO)
        with Stream(self.dave, Microphone(MICROPHONE, AUDIO, name="mic"), 50):
            for i in range(SWITCHES):
                layer = i % len(CAMERA)
                self.node.ctl("leg", "layer", "demo", "bob", "alice/cam", "--spatial", layer)
                events.wait_for("leg_layer_changed", current={"spatial": layer})
            self.node.wait_for_metrics(
                lambda metrics: all(sent_rtcp(metrics).get(kind) for kind in RTCP if kind != "bye")
                and metrics.value("baton_retransmitted_packets_total"),
                "packets of all kinds", 40.0)
            self.node.ctl("room", "close", "demo")

    def sent_by_node(self):
        """All datagrams that have come from the node, with their times."""
        return sorted((time, datagram) for tap in self.taps.values()
                      for time, from_node, datagram in list(tap.passed) if from_node)


def sent_rtcp(metrics):
    return {sample.labels["type"]: int(sample.value) for sample in metrics.samples
            if sample.name == "baton_rtcp_packets_total" and sample.labels["direction"] == "out"
            and sample.value}


def sent_rtp(metrics):
    return metrics.value("baton_packets_total", direction="out", kind="rtp")


def sent_datagrams(metrics):
    return sent_rtp(metrics) + metrics.value("baton_packets_total", direction="out", kind="rtcp")


@pytest.mark.limit(120)
def test_nothing_in_a_call_is_malformed(node, children, participant, tap):
    call = Call(node, children, participant, tap)
    call.run()
    metrics = node.metrics()
    wait_until(lambda: len(call.sent_by_node()) == sent_datagrams(metrics),
               lambda: f"{sent_datagrams(metrics)} datagrams of the node's have come, not "
                       f"{len(call.sent_by_node())}")
    capture = dissection.Capture(children.directory / "call.pcap", call.sent_by_node(), VIDEO)
    assert capture.complaints() == []
    assert capture.rtcp_packets() == sent_rtcp(metrics)
    assert set(sent_rtcp(metrics)) == set(RTCP)
    assert capture.datagrams("rtp") == sent_rtp(metrics)
    assert capture.datagrams(f"rtp.p_type == {recovery.RTX_PAYLOAD_TYPE}") > 0
    assert capture.datagrams("vp8") > 0
    for extension in (1, 2, 3, 20, 21):
        assert capture.datagrams(f"rtp.ext.rfc5285.id == {extension}") > 0, extension


RECEIVER_REPORT = bytes.fromhex("80c90001 00000001")
NACK = bytes.fromhex("81cd0003 00000001 00000002 00050000")
DAMAGED = {
    "a report without its block": bytes.fromhex("81c90001 00000001"),
    "a length beyond the end": RECEIVER_REPORT + bytes.fromhex("81cb0003 00000001"),
    "a length before the end": RECEIVER_REPORT + NACK[:2] + bytes([0, 2]) + NACK[4:],
    "a BYE with too few sources": RECEIVER_REPORT + bytes.fromhex("83cb0001 00000001"),
    "half a header": bytes.fromhex("80600001 00000001"),
}


@pytest.mark.parametrize("datagram", DAMAGED.values(), ids=DAMAGED.keys())
def test_damage_is_found(tmp_path, datagram):
    """The judge of the test above."""
    good = RECEIVER_REPORT + NACK
    capture = dissection.Capture(tmp_path / "good.pcap", [(0, good)], VIDEO)
    assert capture.complaints() == []
    assert capture.rtcp_packets() == {"rr": 1, "nack": 1}
    damaged = dissection.Capture(tmp_path / "damaged.pcap", [(0, good), (1, datagram)], VIDEO)
    assert {line.split("\t")[0] for line in damaged.complaints()} == {"2"}
