"""Whatever a peer does wrong is dropped, counted under its reason, and hurts nobody."""

import struct

import pytest
from aioice import stun

from harness import ice, rtp
from harness.control import INVALID_ARGUMENT, ControlError
from harness.scenes import CAM_PT, Scene, numbers

OTHER_PT = 97
OTHER_SSRC = 0x9999


def bad_header(version_and_flags, size=12):
    return bytes([version_and_flags, CAM_PT]) + bytes(size - 2)


# By reason: what alice, who publishes, may send that is dropped for it.
ABUSE = {
    "not_media": [
        b"",
        b"\x80",
        b"hello, world",
        b"\xff" * 100,
        bytes([22, 0xFE, 0xFD]) + bytes(50),  # DTLS
    ],
    "stun_malformed": [
        bytes([0, 1, 0, 0]),
        bytes([0, 1, 0, 4]) + struct.pack("!I", stun.COOKIE) + bytes(12),  # shorter than it says
        b"\x01" * 1500,
    ],
    "stun_unexpected": [
        ice.unexpected_response(),
    ],
    "rtp_malformed": [
        bad_header(0x80, size=11),
        bad_header(0x8F),  # 15 CSRCs that are not there
        bad_header(0x90),  # an extension that is not there
        bad_header(0xA0) + b"\xff",  # more padding than packet
    ],
    "rtcp_malformed": [
        bytes([0x80, 200]),
        bytes([0x81, 201, 0, 1]) + bytes(4),  # a report block that is not there
        bytes([0x80, 200, 255, 255]),
    ],
    "unknown_ssrc": [rtp.pack(CAM_PT, 1, 1, OTHER_SSRC, b"x")],
}


@pytest.mark.parametrize("reason", ABUSE)
def test_garbage_is_dropped_and_counted(node, participant, reason):
    scene = Scene(node, participant, "demo")
    for _ in range(10):
        for datagram in ABUSE[reason]:
            scene["alice"].send(datagram)
        scene.publish()
    node.wait_for_drops(**{reason: 10 * len(ABUSE[reason])})
    assert numbers(scene["bob"].receive_packets(10)) == list(range(10))
    assert scene["bob"].drain() == []
    assert scene["alice"].drain() == [], "garbage was answered"


def test_a_node_survives_every_truncation_and_flipped_bit(node, participant):
    """Some are packets and some are not; what is whole passes afterwards."""
    scene = Scene(node, participant, "demo")
    whole = scene.source.packet(100)
    for size in range(len(whole)):
        scene["alice"].send(whole[:size])
    for bit in range(12 * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        scene["alice"].send(bytes(flipped))
    scene.source.next_number = 200
    scene.publish(20)
    last_payload = scene.source.packet(219)[rtp.HEADER_SIZE:]
    while True:
        datagram = scene["bob"].receive()
        assert datagram is not None, "the last packet has not come"
        if datagram[rtp.HEADER_SIZE:] == last_payload:
            return


def test_packets_that_the_track_does_not_have_are_dropped(node, participant):
    scene = Scene(node, participant, "demo")
    alice = scene["alice"]
    scene.publish(5)
    alice.send(rtp.pack(OTHER_PT, 0, 0, scene.source.ssrc, b"other payload type"))
    for number in range(5):
        alice.send(scene.source.packet(number))
    alice.send(scene.source.packet(30000))
    scene.publish(5)
    assert numbers(scene["bob"].receive_packets(10)) == list(range(10))
    node.wait_for_drops(unexpected_payload_type=1, duplicate=5, sequence_jump=1)
    assert scene["bob"].drain() == []


def test_what_a_leg_does_not_get_is_counted(node, participant):
    """Paused; late for a leg that has resumed behind it; for a subscriber without an address."""
    scene = Scene(node, participant, "demo")
    scene.publish(2)
    (late,) = scene.skip(1)
    node.ctl("leg", "pause", *scene.leg("bob").split())
    scene.publish(3)
    node.wait_for_drops(leg_paused=3)
    node.ctl("leg", "resume", *scene.leg("bob").split())
    scene.publish(1)
    scene["alice"].send(scene.source.packet(late))
    node.wait_for_drops(leg_paused=3, before_leg_start=1)
    assert numbers(scene["bob"].receive_packets(3)) == [0, 1, 6]

    node.ctl("endpoint", "add", "demo", "dave", "--ice")
    scene.publish(4)
    scene["bob"].receive_packets(4)
    node.wait_for_drops(leg_paused=3, before_leg_start=1, subscriber_unproven=4)
    statistics = node.ctl("room", "stats", "demo")["legs"]
    assert {leg["leg"]["subscriber"]: (int(leg["packets"]), int(leg["dropped"]))
            for leg in statistics} == {"bob": (7, 4), "dave": (0, 4)}


def test_stun_of_strangers_is_dropped_and_counted(node, participant):
    """Silence for those who do not know an endpoint, whatever they sign with."""
    scene = Scene(node, participant, "demo")
    endpoint = node.ctl("endpoint", "add", "demo", "dave", "--ice")
    stranger = participant()
    stranger.aim(node.media)
    peer = ice.Peer(stranger, endpoint["ice_local"])
    plain_binding = bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))
    for datagram in (plain_binding, peer.check(ufrag="nobody"), peer.check(key=b"wrong" * 5)):
        stranger.send(datagram)
    node.wait_for_drops(stun_unauthenticated=3)
    # Only the known user's wrong password has an answer: 401, and that not signed.
    answers = [stun.parse_message(datagram) for datagram in stranger.drain()]
    assert [answer.message_class for answer in answers] == [stun.Class.ERROR]
    assert answers[0].attributes["ERROR-CODE"][0] == 401
    assert scene["bob"].drain() == []


def test_the_address_of_a_plain_endpoint_cannot_be_proven(node, participant):
    """Who owns an ICE endpoint cannot move it to where another endpoint is, not even from there."""
    scene = Scene(node, participant, "demo")
    endpoint = node.ctl("endpoint", "add", "demo", "dave", "--ice")
    ice.Peer(scene["bob"], endpoint["ice_local"]).prove()
    node.wait_for_drops(address_refused=1)
    assert node.ctl("endpoint", "show", "demo", "dave")["state"] == "ENDPOINT_STATE_NEW"


def test_addresses_that_policy_forbids_get_no_answer(start_node, io, participant):
    """A node for a network, which may not send to loopback, and a well signed check from there."""
    node = start_node("--io", io, "-D", "addresses.allow_loopback=false", "-D",
                      "media.listen=[0.0.0.0]", "-D", "media.advertise=[192.0.2.1]", "-D",
                      "stun.enabled=false")
    node.ctl("room", "create", "demo")
    with pytest.raises(ControlError, match="loopback") as refusal:
        node.ctl("endpoint", "add", "demo", "alice", "--remote", "127.0.0.1:5004")
    assert refusal.value.exit_code == INVALID_ARGUMENT
    endpoint = node.ctl("endpoint", "add", "demo", "dave", "--ice")
    dave = ice.Peer(participant(), endpoint["ice_local"])
    dave.participant.aim(node.media.replace("0.0.0.0", "127.0.0.1"))
    dave.participant.send(dave.check())
    node.wait_for_drops(address_refused=1)
    assert dave.participant.drain() == []
