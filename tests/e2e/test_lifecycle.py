"""The life of a node: its start, its end, and its start again."""

import contextlib
import socket
import sys

import pytest

from harness import builds, ports, without_uring
from harness.children import ChildFailed
from harness.control import UNAVAILABLE, ControlError
from harness.participants import Stream, to_tuple
from harness.scenes import Scene, numbers

CANNOT_START = 1
BAD_CONFIGURATION = 2

BOUND = {
    "stun": ("stun.port={port}", socket.SOCK_DGRAM),
    "media": ("media.port={port}", socket.SOCK_DGRAM),
    "control": ("control.port={port}", socket.SOCK_STREAM),
    "admin": ("admin.port={port}", socket.SOCK_STREAM),
}


def run_to_its_end(children, *flags, expect):
    """Runs a batond that cannot live, and returns what it says."""
    child = children.start("batond", [builds.batond(builds.build_directory()), *flags])
    exit_code = child.wait(30)
    assert exit_code == expect, child.failure("ended otherwise", exit_code)
    assert child.out_path.read_text() == "", "a node that is not ready printed something"
    assert "Sanitizer" not in child.err()
    return child.err()


def test_the_ready_line_has_every_address(node, io):
    assert node.ready["event"] == "ready"
    assert node.ready["io"] == io
    addresses = [*node.ready["stun"], *node.ready["media"], node.ready["control"],
                 node.ready["admin"]]
    for address in addresses:
        host, port = to_tuple(address)
        assert host == "127.0.0.1" and port > 0
    status = node.ctl("node", "status")
    assert status["io_backend"] == io
    assert status["shards"][0]["media_addresses"] == node.ready["media"]


def test_a_node_starts_at_once_on_the_ports_of_the_one_before(start_node, io, participant):
    """With connections open and media under way when the first one ends."""
    base = ports.free_block(4)
    for _ in range(3):
        node = start_node("--io", io, "--port-base", base, basic=["--dev"])
        assert node.ready["stun"] == [f"127.0.0.1:{base}"]
        assert node.ready["control"] == f"127.0.0.1:{base + 1}"
        assert node.ready["admin"] == f"127.0.0.1:{base + 2}"
        assert node.ready["media"] == [f"127.0.0.1:{base + 3}"]
        node.session()("node status")
        node.events()
        scene = Scene(node, participant, "demo")
        with Stream(scene["alice"], scene.source, rate=1000):
            assert numbers(scene["bob"].receive_packets(50)) == list(range(50))
            node.stop()


@pytest.mark.parametrize("what", BOUND)
def test_a_port_in_use_is_a_clear_error(children, io, what):
    key, kind = BOUND[what]
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as occupant:
        occupant.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            occupant.listen()
        port = occupant.getsockname()[1]
        said = run_to_its_end(children, "--dev", "--ephemeral", "--io", io, "-D",
                              key.format(port=port), expect=CANNOT_START)
    assert f"127.0.0.1:{port}" in said
    assert "in use" in said.lower()


def test_a_wrong_configuration_is_a_clear_error(children):
    said = run_to_its_end(children, "--dev", "-D", "limits.romos=1", expect=BAD_CONFIGURATION)
    assert "romos" in said and "rooms" in said


def test_without_a_node_batonctl_says_so(start_node):
    node = start_node()
    address = node.ready["control"]
    node.stop()
    with pytest.raises(ControlError, match=address) as refusal:
        node.ctl("node", "status")
    assert refusal.value.exit_code == UNAVAILABLE


WITHOUT_URING = (sys.executable, without_uring.__file__)


def test_where_io_uring_is_refused_epoll_is_taken(start_node, participant):
    """By `auto`, which says so in its ready line, its log and its metrics; and media passes."""
    node = start_node("--io", "auto", under=WITHOUT_URING)
    assert node.ready["io"] == "epoll"
    assert "io_uring" in node.child.err()
    assert node.metrics().value("baton_io_backend", backend="epoll") == 1
    scene = Scene(node, participant, "demo")
    scene.publish(20)
    assert numbers(scene["bob"].receive_packets(20)) == list(range(20))


def test_where_io_uring_is_refused_asking_for_it_is_an_error(start_node):
    with pytest.raises(ChildFailed, match="io_uring") as refusal:
        start_node("--io", "uring", under=WITHOUT_URING)
    assert f"exit code {CANNOT_START}" in str(refusal.value)
