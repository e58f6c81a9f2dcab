"""Legs: who gets what, under which numbers."""

import pytest

from harness import rtp
from harness.control import CONFLICT, NOT_FOUND, ControlError
from harness.participants import Stream
from harness.scenes import CAM_PT, Scene, assert_continuous, numbers

PACKETS = 20


def test_packets_carry_the_numbers_of_the_leg(node, participant):
    """SSRC and payload type are the leg's; sequence numbers and timestamps advance as the
    publisher's do; marker and payload are the publisher's."""
    scene = Scene(node, participant, "demo")
    leg = scene.shown_leg("bob")
    scene.publish(PACKETS)
    sent = [rtp.parse(scene.source.packet(number)) for number in range(PACKETS)]
    received = scene["bob"].receive_packets(PACKETS)
    assert_continuous(received)
    assert (received[0].ssrc, received[0].payload_type) == (leg["ssrc"], leg["payload_type"])
    assert leg["payload_type"] == CAM_PT
    assert leg["ssrc"] != scene.source.ssrc
    assert [packet.payload for packet in received] == [packet.payload for packet in sent]
    offsets = {(theirs.timestamp - ours.timestamp) % 2**32 for theirs, ours in zip(received, sent)}
    assert len(offsets) == 1, "timestamps are the publisher's, moved"


def test_markers_pass(node, participant):
    scene = Scene(node, participant, "demo")
    markers = [False, False, True, False, True]
    for i, marker in enumerate(markers):
        scene["alice"].send(rtp.pack(CAM_PT, i, 0, scene.source.ssrc, b"x", marker=marker))
    assert [packet.marker for packet in scene["bob"].receive_packets(len(markers))] == markers


def test_each_leg_has_numbers_of_its_own(node, participant):
    names = ["bob", "carol", "dave", "erin"]
    scene = Scene(node, participant, "demo", subscribers=names)
    scene.publish(1)
    first = [scene[name].receive_packet() for name in names]
    assert len({packet.ssrc for packet in first}) == len(names)
    assert len({packet.sequence for packet in first}) > 1
    assert len({packet.timestamp for packet in first}) > 1


def test_a_gap_of_the_publisher_is_a_gap_of_the_leg(node, participant):
    """What was lost on the way to the node must look lost to the receiver too."""
    scene = Scene(node, participant, "demo")
    scene.publish(5)
    scene.skip(3)
    scene.publish(5)
    received = scene["bob"].receive_packets(10)
    first = received[0].sequence
    assert [(packet.sequence - first) % 2**16 for packet in received] == [*range(5), *range(8, 13)]


def test_reordered_packets_keep_their_numbers(node, participant):
    scene = Scene(node, participant, "demo")
    order = [0, 2, 1, 5, 3, 4, 6]
    for number in order:
        scene["alice"].send(scene.source.packet(number))
    received = scene["bob"].receive_packets(len(order))
    assert numbers(received) == order
    first = received[0].sequence
    assert [(packet.sequence - first) % 2**16 for packet in received] == order


def test_a_pause_leaves_no_gap(node, participant):
    """However long a leg is paused, the receiver sees one stream, in which time has moved on."""
    scene = Scene(node, participant, "demo", subscribers=("bob", "witness"))
    received = []
    for _ in range(5):
        scene.publish(PACKETS)
        received += scene["bob"].receive_packets(PACKETS)
        assert node.ctl("leg", "pause", *scene.leg("bob").split())["paused"] is True
        scene.publish(PACKETS)
        assert node.ctl("leg", "resume", *scene.leg("bob").split())["paused"] is False
    assert scene["bob"].drain() == []
    assert_continuous(received)
    assert numbers(received) == [2 * PACKETS * i + n for i in range(5) for n in range(PACKETS)]
    elapsed = [(packet.timestamp - received[0].timestamp) % 2**32 for packet in received]
    assert elapsed == [number * rtp.TICKS for number in numbers(received)]
    witnessed = scene["witness"].receive_packets(10 * PACKETS)
    assert numbers(witnessed) == list(range(10 * PACKETS)), "the pause was only bob's"
    node.wait_for_drops(leg_paused=5 * PACKETS)


def test_pauses_under_way_leave_no_gap_either(node, participant):
    scene = Scene(node, participant, "demo")
    session = node.session()
    received = []
    with Stream(scene["alice"], scene.source, rate=1000):
        for _ in range(10):
            received += scene["bob"].receive_packets(PACKETS)
            session("leg pause", scene.leg("bob"))
            received += map(rtp.parse, scene["bob"].drain())
            session("leg resume", scene.leg("bob"))
        received += scene["bob"].receive_packets(PACKETS)
    assert_continuous(received)
    order = numbers(received)
    assert order == sorted(set(order))


def test_pausing_and_resuming_may_be_repeated(node, participant):
    scene = Scene(node, participant, "demo")
    for command, paused in (("pause", True), ("pause", True), ("resume", False),
                            ("resume", False)):
        assert node.ctl("leg", command, *scene.leg("bob").split())["paused"] is paused
    scene.publish()
    assert numbers([scene["bob"].receive_packet()]) == [0]


def test_in_a_manual_room_only_legs_that_were_asked_for_receive(node, participant):
    scene = Scene(node, participant, "demo", subscribers=("bob", "carol"), subscribe="manual")
    assert node.ctl("leg", "ls", "demo")["legs"] == []
    node.ctl("leg", "add", *scene.leg("bob").split())
    scene.publish(PACKETS)
    assert numbers(scene["bob"].receive_packets(PACKETS)) == list(range(PACKETS))
    assert scene["carol"].drain() == []


def test_who_joins_a_room_that_subscribes_all_receives_from_then_on(node, participant):
    scene = Scene(node, participant, "demo", subscribers=("bob",))
    scene.publish(PACKETS)
    scene["bob"].receive_packets(PACKETS)
    late = participant()
    node.ctl("endpoint", "add", "demo", "late", "--remote", late.address)
    scene.publish(PACKETS)
    assert numbers(late.receive_packets(PACKETS)) == list(range(PACKETS, 2 * PACKETS))


def test_ssrc_and_payload_type_can_be_chosen(node, participant):
    scene = Scene(node, participant, "demo", subscribe="manual")
    leg = node.ctl("leg", "add", *scene.leg("bob").split(), "--ssrc", "0xdeadbeef", "--pt", "45")
    assert (leg["ssrc"], leg["payload_type"]) == (0xDEADBEEF, 45)
    scene.publish(PACKETS)
    for packet in scene["bob"].receive_packets(PACKETS):
        assert (packet.ssrc, packet.payload_type) == (0xDEADBEEF, 45)


def test_adding_a_leg_again_is_the_same_leg_or_a_contradiction(node, participant):
    scene = Scene(node, participant, "demo", subscribe="manual")
    add = ("leg", "add", *scene.leg("bob").split())
    leg = node.ctl(*add, "--ssrc", "7", "--pt", "45")
    assert node.ctl(*add) == leg
    assert node.ctl(*add, "--ssrc", "7", "--pt", "45") == leg
    with pytest.raises(ControlError) as refusal:
        node.ctl(*add, "--ssrc", "8")
    assert refusal.value.exit_code == CONFLICT
    with pytest.raises(ControlError) as refusal:
        node.ctl("leg", "add", "demo", "bob", "alice/nothing")
    assert refusal.value.exit_code == NOT_FOUND


def test_payload_types_of_different_codecs_do_not_collide(node, participant):
    """Two publishers with one payload type for two codecs: their receiver gets two."""
    people = {name: participant() for name in ("alice", "bob", "carol")}
    node.ctl("room", "create", "demo")
    for name, person in people.items():
        reply = node.ctl("endpoint", "add", "demo", name, "--remote", person.address)
        person.aim(reply["media_addresses"][0])
    node.ctl.run([
        "track publish demo alice cam --kind video --codec VP8/90000 --pt 96 --ssrc 1",
        "track publish demo bob cam --kind video --codec VP9/90000 --pt 96 --ssrc 1",
    ])
    sources = {name: rtp.Source(1, 96, name=name) for name in ("alice", "bob")}
    for name, source in sources.items():
        people[name].send(source.next())
    packets = people["carol"].receive_packets(2)
    legs = {leg["name"]["publisher"]: (leg["ssrc"], leg["payload_type"])
            for leg in node.ctl("leg", "ls", "demo", "carol")["legs"]}
    assert {rtp.origin(p)[0]: (p.ssrc, p.payload_type) for p in packets} == legs
    assert legs["alice"][1] != legs["bob"][1]
    assert legs["alice"][0] != legs["bob"][0]


def test_a_restarted_publisher_continues_the_leg(node, participant):
    """The same SSRC from another sequence number and timestamp: one stream for the receiver."""
    scene = Scene(node, participant, "demo")
    scene.publish(PACKETS)
    before = scene["bob"].receive_packets(PACKETS)
    again = rtp.Source(scene.source.ssrc, CAM_PT, name="again", sequence=20000, timestamp=5)
    for _ in range(PACKETS):
        scene["alice"].send(again.next())
    # The first packet far from what was expected is held for a lie until a second confirms it.
    after = scene["bob"].receive_packets(PACKETS - 1)
    assert numbers(after) == list(range(1, PACKETS))
    distances = [(packet.sequence - before[-1].sequence) % 2**16 for packet in after]
    assert distances == list(range(distances[0], distances[0] + PACKETS - 1))
    assert distances[0] == 3  # behind a hole, and the place of the one that was held
    ahead = (after[0].timestamp - before[-1].timestamp) % 2**32
    assert 0 < ahead < 60 * 90000, "time went on, by no more than it took"
    node.wait_for_drops(sequence_jump=1)
