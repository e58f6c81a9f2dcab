"""Once a leave is acknowledged, not one more datagram comes, whatever is under way."""

import pytest

from harness import rtp
from harness.participants import Stream
from harness.scenes import Scene, numbers

ROUNDS = 5
RATE = 1000  # packets/s: many are under way whenever a command comes
AFTERWARDS = 100  # packets that a witness must have got before the silence counts as one


def assert_silent(leaver, witness):
    """Called right after the acknowledgement: `leaver` gets nothing while `witness` goes on."""
    leaver.drain()  # what came before the acknowledgement
    witness.drain()
    witness.receive_packets(AFTERWARDS)
    late = [rtp.parse(datagram) for datagram in leaver.drain()]
    assert not late, f"{len(late)} datagrams after the acknowledgement: {numbers(late)}"


@pytest.fixture
def scene(node, participant):
    """alice publishes to bob, who will leave, and to a witness; a second room would witness the end
    of the first."""
    return Scene(node, participant, "demo", subscribers=("bob", "witness"))


LEAVING = {
    "endpoint rm": ("endpoint rm demo bob", "endpoint add demo bob --remote {bob}"),
    "leg rm": ("leg rm demo bob alice/cam", "leg add demo bob alice/cam"),
    "leg pause": ("leg pause demo bob alice/cam", "leg resume demo bob alice/cam"),
}


@pytest.mark.parametrize("leave, come_back", LEAVING.values(), ids=LEAVING.keys())
def test_nothing_comes_after_an_acknowledged_leave(scene, leave, come_back):
    session = scene.node.session()
    bob, witness = scene["bob"], scene["witness"]
    with Stream(scene["alice"], scene.source, RATE):
        for _ in range(ROUNDS):
            bob.receive_packets(10)
            session(leave)
            assert_silent(bob, witness)
            session(come_back.format(bob=bob.address))


def test_nothing_comes_after_an_acknowledged_unpublish(scene):
    """Of the track; another one of the same endpoint goes on."""
    scene.node.ctl("track", "publish", "demo", "alice", "mic", "--kind", "audio", "--codec",
                   "opus/48000/2", "--pt", 111, "--ssrc", 0x5678)
    microphone = rtp.Source(0x5678, 111, name="mic")
    bob = scene["bob"]
    session = scene.node.session()
    with Stream(scene["alice"], scene.source, RATE), Stream(scene["alice"], microphone, RATE):
        bob.receive_packets(10)
        session("track unpublish demo alice cam")
        bob.drain()
        after = bob.receive_packets(AFTERWARDS)
    assert {rtp.origin(packet)[0] for packet in after} == {"mic"}


@pytest.mark.parametrize("leave", ["room close demo", "endpoint rm demo alice"])
def test_nothing_comes_after_the_end_of_the_room_or_the_publisher(scene, participant, leave):
    other = Scene(scene.node, participant, "other", subscribers=("witness",))
    session = scene.node.session()
    bob, witness = scene["bob"], other["witness"]
    with Stream(scene["alice"], scene.source, RATE), Stream(other["alice"], other.source, RATE):
        bob.receive_packets(10)
        session(leave)
        assert_silent(bob, witness)
        assert scene["witness"].drain()  # what came before
        assert_silent(scene["witness"], witness)


@pytest.mark.parametrize("end", ["leg rm demo bob alice/cam", "track unpublish demo alice cam",
                                 "endpoint rm demo alice", "room close demo"])
def test_who_received_is_told_of_the_end(scene, end):
    leg = scene.shown_leg("bob")
    scene.publish()
    scene["bob"].receive_packet()
    scene.node.session()(end)
    scene["bob"].drain()
    assert scene["bob"].rtcp[-1].endswith(rtp.goodbye(leg["ssrc"]))


def test_a_new_endpoint_with_the_old_name_and_address_is_a_new_one(scene):
    """Whoever comes back gets a leg of its own, with other numbers."""
    before = scene.shown_leg("bob")
    scene.publish()
    scene["bob"].receive_packet()
    scene.node.ctl("endpoint", "rm", "demo", "bob")
    scene.node.ctl("endpoint", "add", "demo", "bob", "--remote", scene["bob"].address)
    after = scene.shown_leg("bob")
    assert after["ssrc"] != before["ssrc"]
    scene.publish()
    assert scene["bob"].receive_packet().ssrc == after["ssrc"]
