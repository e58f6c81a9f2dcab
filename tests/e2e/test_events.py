"""Events that media causes, as a controller sees them."""

import pytest

from harness.participants import Stream
from harness.scenes import Scene


@pytest.fixture
def scene(start_node, io, participant):
    """A node that takes a track for stopped after half a second without a packet."""
    node = start_node("--io", io, "-D", "media.silence_timeout=500ms")
    return Scene(node, participant, "demo")


def test_media_that_starts_and_stops_is_told(scene):
    events = scene.node.events()
    for _ in range(2):
        with Stream(scene["alice"], scene.source, rate=100):
            events.wait_for("endpoint_first_packet", room="demo", endpoint="alice")
            events.wait_for("track_started", room="demo", endpoint="alice", track="cam")
            assert scene.node.ctl("endpoint", "show", "demo", "alice")["active"] is True
        events.wait_for("track_stopped", room="demo", endpoint="alice", track="cam")
        events.wait_for("endpoint_silent", room="demo", endpoint="alice")
        assert scene.node.ctl("endpoint", "show", "demo", "alice")["active"] is False


def test_whoever_watches_gets_a_snapshot_and_then_every_change(scene):
    events = scene.node.events()
    state = events.snapshot["state"]
    assert [endpoint["name"] for endpoint in state["endpoints"]] == ["alice", "bob"]
    assert [leg["name"]["subscriber"] for leg in state["legs"]] == ["bob"]
    session = scene.node.session()
    session("leg pause", scene.leg("bob"))
    events.wait_for("leg_paused", subscriber="bob", track="cam")
    session("leg resume", scene.leg("bob"))
    events.wait_for("leg_resumed", subscriber="bob", track="cam")
    session("track unpublish demo alice cam")
    events.wait_for("track_unpublished", endpoint="alice", track="cam")
    session("endpoint rm demo bob")
    events.wait_for("endpoint_removed", endpoint="bob")
    session("room close demo")
    events.wait_for("room_closed", room="demo")


def test_media_goes_on_without_any_controller(scene):
    """Controllers that die in the middle of everything are nobody's loss."""
    watcher, session = scene.node.events(), scene.node.session()
    session("node status")
    with Stream(scene["alice"], scene.source):
        scene["bob"].receive_packets(50)
        watcher.kill()
        session.kill()
        scene["bob"].receive_packets(200)
    scene.node.wait_for_metrics(lambda m: m.value("baton_control_connections") == 0,
                                "no control connection is left")
