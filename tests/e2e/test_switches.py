"""Switches of layer and of source, as a decoder that nobody here wrote sees them.

alice sends her picture in three sizes, carol hers in a fourth. Neither listens to requests for key
frames, so each switch happens at the next one that comes by itself.
"""

import itertools
import random

import pytest

from harness import pictures, ports
from harness.pictures import Encoding
from harness.scenes import assert_continuous
from harness.waiting import wait_until

PAYLOAD_TYPE = 96
ALICE = [Encoding(0x1000, 80, 46), Encoding(0x1001, 160, 90), Encoding(0x1002, 320, 180)]
CAROL = [Encoding(0x2000, 240, 136)]
HIGHEST = len(ALICE) - 1
SWITCHES = 50


def plan_switches():
    """Pairs of ("layer", 0..2), while alice is shown, or ("source", name), and the size of the
    picture that it leads to; each is another one than the size before. At first the leg is alice's
    highest."""
    choice = random.Random(1)
    shown, layer = "alice", HIGHEST
    for _ in range(SWITCHES):
        if shown == "carol" or choice.random() < 0.3:
            shown = "alice" if shown == "carol" else "carol"
            step = "source", shown
        else:
            layer = choice.choice([other for other in range(len(ALICE)) if other != layer])
            step = "layer", layer
        yield step, size_of(ALICE[layer] if shown == "alice" else CAROL[0])


def size_of(encoding):
    return encoding.width, encoding.height


class Call:
    """bob watches alice, later carol."""

    def __init__(self, node, children, tap):
        self.node = node
        port = ports.free_pair()
        taps = {"alice": tap(), "carol": tap(), "bob": tap(f"127.0.0.1:{port}")}
        self.tap = taps["bob"]
        node.ctl.run([
            "room create demo --subscribe manual",
            *(f"endpoint add demo {name} --remote {taps[name].address}" for name in taps),
            publish("alice", ALICE), publish("carol", CAROL),
            "leg add demo bob alice/cam"])
        sdp = node.ctl("endpoint", "sdp", "demo", "bob")["sdp"]
        self.viewer = pictures.Viewer(children, "bob", sdp, port)
        self.session = node.session()
        self.events = node.events()
        self.publishers = [
            pictures.Publisher(children, name, encodings, taps[name].address, PAYLOAD_TYPE)
            for name, encodings in (("alice", ALICE), ("carol", CAROL))]
        self.watched = "alice/cam"
        self.wait_for_layer(HIGHEST)
        self.wait_for_size(size_of(ALICE[HIGHEST]))

    def switch(self, kind, to):
        if kind == "layer":
            self.session(f"leg layer demo bob {self.watched} --spatial", to)
            self.wait_for_layer(to)
        else:
            leg = self.session(f"leg switch demo bob {self.watched} {to}/cam")
            assert leg["name"]["publisher"] == to
            self.watched = f"{to}/cam"

    def wait_for_layer(self, layer):
        self.events.wait_for("leg_layer_changed", publisher=self.watched.split("/")[0],
                             current={"spatial": layer})

    def wait_for_size(self, size):
        """Until a key frame of this size was the last that bob got."""
        wait_until(lambda: self.sizes()[-1:] == [size],
                   lambda: f"{size} is shown; {self.sizes()} was")

    def wait_for_packets(self, count):
        wanted = len(self.tap.passed) + count
        wait_until(lambda: len(self.tap.passed) >= wanted, f"{wanted} packets")

    def sizes(self):
        """Of the key frames that bob got, each size as often as it was another one than before."""
        sizes = map(pictures.size_of_key_frame,
                    (packet.payload for packet in self.tap.packets_from_node()))
        return without_repetition(filter(None, sizes))


def publish(name, encodings):
    return " ".join([f"track publish demo {name} cam --kind video --codec VP8/90000 --pt",
                     str(PAYLOAD_TYPE), *(f"--encoding ssrc={e.ssrc}" for e in encodings)])


def without_repetition(values):
    return [value for value, _ in itertools.groupby(values)]


def assert_monotonic(packets):
    for before, after in itertools.pairwise(packets):
        assert (after.timestamp - before.timestamp) % 2**32 < 2**31, f"{before}, then {after}"


def assert_shown_as_sent(frames, sent):
    """Each was sent by somebody, and those of one publisher are in its order. `sent`: of each
    publisher, the frames of each encoding."""
    numbers = {picture(frame): (publisher, number) for publisher, encodings in enumerate(sent)
               for encoding in encodings for number, frame in enumerate(encoding)}
    assert len(numbers) == sum(map(len, itertools.chain(*sent))), "pictures that are alike"
    shown = [numbers.get(picture(frame)) for frame in frames]
    assert None not in shown, "a picture that nobody sent"
    for publisher in range(len(sent)):
        order = [number for whose, number in shown if whose == publisher]
        assert order == sorted(order), "pictures went back in time"


def picture(frame):
    return frame.width, frame.height, frame.checksum


@pytest.mark.limit(120)
def test_a_decoder_follows_fifty_switches(node, children, tap):
    call = Call(node, children, tap)
    pause = random.Random(2)
    expected = call.sizes()
    for step, size in plan_switches():
        # So that what follows falls anywhere between two key frames.
        call.wait_for_packets(pause.randrange(8))
        call.switch(*step)
        call.wait_for_size(size)
        expected.append(size)
    call.session("leg rm demo bob", call.watched)
    frames = call.viewer.wait_for_end()
    assert call.viewer.complaints() == []

    packets = call.tap.packets_from_node()
    assert_continuous(packets)
    assert_monotonic(packets)
    assert call.sizes() == expected
    # A frame ends with a marker (RFC 7741 section 4.1).
    assert len(frames) == sum(packet.marker for packet in packets)
    assert without_repetition((frame.width, frame.height) for frame in frames) == expected
    times = [frame.time for frame in frames]
    assert times == sorted(set(times)), "time went back"
    assert_shown_as_sent(frames, [publisher.stop() for publisher in call.publishers])
