"""Rooms never mix, and nothing that is unproven gets into one."""

import pytest

from harness import rtp
from harness.control import CONFLICT, ControlError
from harness.participants import Stream
from harness.scenes import CAM_PT, CAM_SSRC, Scene, join, numbers

ROOMS = ["red", "green", "blue"]
PACKETS = 300


def origins(datagrams):
    return [rtp.origin(rtp.parse(datagram)) for datagram in datagrams]


def test_no_packet_crosses_from_one_room_to_another(node, participant):
    """Rooms with the same names, SSRCs and payload types in them, all publishing at once: every
    datagram that a receiver gets is its own room's, and all of those come, in order."""
    scenes = [Scene(node, participant, room, subscribers=("bob", "carol")) for room in ROOMS]
    for _ in range(PACKETS):
        for scene in scenes:
            scene.publish()
    for scene in scenes:
        for name in ("bob", "carol"):
            received = [scene[name].receive() for _ in range(PACKETS)]
            assert None not in received, f"{scene.room}/{name}: packets are missing"
            wanted = [(f"{scene.room}/alice/cam", number) for number in range(PACKETS)]
            assert origins(received) == wanted
    for scene in scenes:  # all has been sent: what else is there is too much
        for name, person in scene.people.items():
            assert person.drain() == [], f"{scene.room}/{name} received more than its room's"


def test_everybody_receives_everybody_else_in_a_room(node, participant):
    names = ["alice", "bob", "carol"]
    people = {name: participant() for name in names}
    node.ctl("room", "create", "demo")
    join(node, "demo", people)
    node.ctl.run(
        f"track publish demo {name} mic --kind audio --codec opus/48000/2 --pt 111 --ssrc {ssrc}"
        for ssrc, name in enumerate(names, start=1))
    sources = {name: rtp.Source(i, 111, name=name) for i, name in enumerate(names, start=1)}
    for _ in range(20):
        for name, person in people.items():
            person.send(sources[name].next())
    for name, person in people.items():
        packets = person.receive_packets(40)
        for other in set(names) - {name}:
            own = [number for whose, number in map(rtp.origin, packets) if whose == other]
            assert own == list(range(20)), f"{name} from {other}"
        assert len({packet.ssrc for packet in packets}) == 2, "one SSRC for each leg"
        assert person.drain() == []


def test_media_from_an_address_that_is_nobodys_changes_nothing(node, participant):
    """The right SSRC and payload type, from a wrong port, while the real publisher is sending."""
    scene = Scene(node, participant, "demo")
    spoofer = participant()
    spoofer.aim(node.media)
    fake = rtp.Source(CAM_SSRC, CAM_PT, name="spoofed", sequence=40000)
    for _ in range(100):
        scene.publish()
        spoofer.send(fake.next())
    packets = scene["bob"].receive_packets(100)
    assert numbers(packets) == list(range(100))
    assert {rtp.origin(packet)[0] for packet in packets} == {"demo/alice/cam"}
    node.wait_for_drops(unknown_flow=100)
    assert scene["bob"].drain() == [] == spoofer.drain()


def test_an_endpoint_cannot_send_as_another(node, participant):
    """The right SSRC, from another endpoint of the room, while the real publisher is sending."""
    scene = Scene(node, participant, "demo", subscribers=("bob", "carol"))
    fake = rtp.Source(CAM_SSRC, CAM_PT, name="bob as alice")
    with Stream(scene["alice"], scene.source):
        for _ in range(50):
            scene["bob"].send(fake.next())
        packets = scene["carol"].receive_packets(100)
    assert {rtp.origin(packet)[0] for packet in packets} == {"demo/alice/cam"}
    node.wait_for_drops(unknown_ssrc=50)


def test_an_address_belongs_to_one_endpoint(node, participant):
    """A second endpoint with the address of the first is refused, whichever room it wants."""
    scene = Scene(node, participant, "demo")
    node.ctl("room", "create", "other")
    for room in ("demo", "other"):
        with pytest.raises(ControlError, match=scene["bob"].address) as refusal:
            node.ctl("endpoint", "add", room, "mallory", "--remote", scene["bob"].address)
        assert refusal.value.exit_code == CONFLICT


def test_shards_keep_their_rooms_to_themselves(start_node, io, participant):
    """Two rooms on two shards, each with its own port: what is sent to the other shard's port is
    of an unknown flow there."""
    node = start_node("--io", io, "--shards", "2")
    scenes = [Scene(node, participant, room) for room in ("red", "green")]
    shards = {room["name"]: room["shard"] for room in node.ctl("room", "ls")["rooms"]}
    assert sorted(shards.values()) == [0, 1], "the second room went to the least loaded shard"
    for scene in scenes:
        scene.publish(50)
        assert numbers(scene["bob"].receive_packets(50)) == list(range(50))
    for scene, wrong in zip(scenes, reversed(scenes)):
        scene["alice"].aim(node.ready["media"][shards[wrong.room]])
        scene.publish(50)
    node.wait_for_drops(unknown_flow=100)
    for scene in scenes:
        assert scene["bob"].drain() == []


def test_ipv4_and_ipv6_meet_in_a_room(start_node, io, participant):
    node = start_node("--io", io, "-D", "media.listen=[127.0.0.1, '::1']")
    people = {"four": participant(), "six": participant("::1")}
    node.ctl("room", "create", "demo")
    join(node, "demo", people)
    node.ctl.run(f"track publish demo {name} cam --kind video --codec VP8/90000 --pt {CAM_PT} "
                 f"--ssrc {CAM_SSRC}" for name in people)
    for sender, receiver in (("four", "six"), ("six", "four")):
        source = rtp.Source(CAM_SSRC, CAM_PT, name=sender)
        for _ in range(20):
            people[sender].send(source.next())
        received = [rtp.origin(packet) for packet in people[receiver].receive_packets(20)]
        assert received == [(sender, number) for number in range(20)]


def test_a_receiver_that_is_gone_hurts_nobody(node, participant):
    """Its closed port answers with ICMP errors; the others get everything, and so does a new
    process that takes the port again."""
    scene = Scene(node, participant, "demo", subscribers=("bob", "carol"))
    host, port = scene["bob"].socket.getsockname()
    scene["bob"].close()
    for number in range(100):
        scene.publish()
        assert numbers([scene["carol"].receive_packet()]) == [number]
    # Destinations have no order among each other: the last copy may still be on its way to bob.
    node.wait_for_metrics(lambda m: m.value("baton_send_messages_total") >= 200, "all was sent")
    again = participant(host, port)
    scene.publish(20)
    assert numbers(again.receive_packets(20)) == list(range(100, 120))
