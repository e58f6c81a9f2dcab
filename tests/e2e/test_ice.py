"""ICE endpoints: nothing but STUN goes to an unproven address, and a replay proves nothing."""

from aioice import stun

from harness import ice
from harness.participants import Stream
from harness.scenes import Scene, numbers

MOST_CHALLENGES = 3


def add_ice_endpoint(scene, name, participant):
    endpoint = scene.node.ctl("endpoint", "add", scene.room, name, "--ice")
    person = participant()
    person.aim(endpoint["candidates"][0]["address"])
    return ice.Peer(person, endpoint["ice_local"])


def test_a_proven_address_receives_media(node, participant):
    scene = Scene(node, participant, "demo")
    dave = add_ice_endpoint(scene, "dave", participant)
    events = node.events()
    scene.publish(10)
    scene["bob"].receive_packets(10)
    assert dave.participant.drain() == [], "nothing goes to an address that is not even known"
    dave.prove()
    proven = events.wait_for("endpoint_proven", room="demo", endpoint="dave")
    assert proven["remote"] == dave.participant.address
    scene.publish(10)
    assert numbers(dave.receive_media(10)) == list(range(10, 20))
    node.wait_for_drops(subscriber_unproven=10)


def test_an_unanswered_challenge_proves_nothing(node, participant):
    """The peer checks but never answers, as whoever forges its source address cannot."""
    scene = Scene(node, participant, "demo")
    dave = add_ice_endpoint(scene, "dave", participant)
    with Stream(scene["alice"], scene.source, rate=100):
        dave.participant.send(dave.check())
        received = [dave.receive_stun(stun.Class.RESPONSE)]
        # Challenges come every half second; the last one is given up 1.5 s later.
        for _ in range(MOST_CHALLENGES):
            received.append(dave.receive_stun(stun.Class.REQUEST))
        assert dave.participant.receive(timeout=2.0) is None, "more than three challenges, or media"
    assert node.ctl("endpoint", "show", "demo", "dave")["state"] == "ENDPOINT_STATE_NEW"


def test_a_replayed_check_moves_nothing(node, participant):
    """The signed check that proved one address, sent again from another: media stays where it is,
    and the other address gets STUN only."""
    scene = Scene(node, participant, "demo")
    dave = add_ice_endpoint(scene, "dave", participant)
    check = dave.check()
    dave.participant.send(check)
    dave.participant.send(dave.answer(dave.receive_stun(stun.Class.REQUEST)))
    node.wait_for_metrics(lambda m: m.value("baton_ice_checks_total", result="proven") == 1,
                          "an address proven")
    thief = participant()
    thief.aim(node.media)
    with Stream(scene["alice"], scene.source):
        for _ in range(10):
            thief.send(check)
        assert thief.receive() is not None, "a check that is well signed is answered"
        dave.receive_media(500)
        stolen = thief.drain()
    assert all(map(ice.is_stun, stolen)), "media went to an address that is not proven"
    assert node.ctl("endpoint", "show", "demo", "dave")["remote"] == dave.participant.address
