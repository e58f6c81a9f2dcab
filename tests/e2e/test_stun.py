"""The public Binding server: what real STUN clients learn from it, and what it does not answer."""

import re
import subprocess

import pytest
from aioice import stun

from harness import ice

BURST = 5
REQUESTS = 100


def ask(*words):
    """Runs a STUN client and returns what it says."""
    run = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=30,
                         stdin=subprocess.DEVNULL, check=False)
    assert run.returncode == 0, f"{words}:\n{run.stdout}{run.stderr}"
    return run.stdout + run.stderr


@pytest.fixture
def stun_node(start_node, io):
    return start_node("--io", io, "-D", "stun.listen=[127.0.0.1, '::1']")


def port_of(node, family):
    return node.ready["stun"][("IPv4", "IPv6").index(family)].rsplit(":", 1)[1]


def binding_request():
    return bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))


@pytest.mark.parametrize("family, host", [("IPv4", "127.0.0.1"), ("IPv6", "::1")])
def test_coturns_client_learns_its_address(stun_node, family, host):
    said = ask("turnutils_stunclient", "-p", port_of(stun_node, family), host)
    assert re.search(rf"{family}\. UDP reflexive addr: {re.escape(host)}:\d+", said), said


def test_a_client_of_rfc_3489_learns_its_address(stun_node):
    said = ask("stun", f"127.0.0.1:{port_of(stun_node, 'IPv4')}", "1", "-v")
    opened = re.search(r"Opened port (\d+)", said)[1]
    assert f"MappedAddress = 127.0.0.1:{opened}" in said


def test_the_answer_is_the_address_that_was_seen(stun_node, participant):
    client = participant()
    client.aim(stun_node.ready["stun"][0])
    request = binding_request()
    client.send(request)
    answer = stun.parse_message(client.receive())
    assert answer.message_class == stun.Class.RESPONSE
    assert answer.transaction_id == request[8:20]
    host, port = answer.attributes["XOR-MAPPED-ADDRESS"]
    assert f"{host}:{port}" == client.address


def test_what_is_no_request_is_not_answered(stun_node, participant):
    client = participant()
    client.aim(stun_node.ready["stun"][0])
    for datagram in (b"", b"x", ice.unexpected_response(), binding_request()[:-1], b"\x80" * 100):
        client.send(datagram)
    client.send(binding_request())
    assert stun.parse_message(client.receive()).message_class == stun.Class.RESPONSE
    assert client.drain() == []


def test_who_asks_too_much_is_not_answered(start_node, io, participant):
    node = start_node("--io", io, "-D", f"stun.burst={BURST}", "-D", "stun.requests_per_second=1")
    client = participant()
    client.aim(node.ready["stun"][0])
    for _ in range(REQUESTS):
        client.send(binding_request())
    metrics = node.wait_for_metrics(
        lambda m: m.value("baton_stun_requests_total") == REQUESTS, f"{REQUESTS} requests")
    answered = metrics.value("baton_stun_requests_total", result="answered")
    limited = metrics.value("baton_stun_requests_total", result="rate_limited")
    assert BURST <= answered < REQUESTS / 2, "the burst, and one more for each second"
    assert answered + limited == REQUESTS
    assert len(client.drain()) == answered


def test_the_media_port_is_no_public_server(stun_node, participant):
    client = participant()
    client.aim(stun_node.media)
    client.send(binding_request())
    stun_node.wait_for_drops(stun_unauthenticated=1)
    assert client.drain() == []
