"""A full ICE agent that nobody here wrote (aioice) connects through a node, and receives media."""

import asyncio

import aioice
import aioice.ice
import pytest

from harness import rtp
from harness.scenes import Scene, numbers

_LINE_PREFIX = "candidate:"


@pytest.fixture
def loopback_agent(monkeypatch):
    """An agent that uses loopback, which aioice leaves out by itself."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    return lambda: aioice.Connection(ice_controlling=True, use_ipv6=False)


async def _connect(agent, scene, name):
    """Makes the agent the ICE endpoint `name` and lets it find its way there."""
    await agent.gather_candidates()
    endpoint = scene.node.ctl("endpoint", "add", scene.room, name, "--ice",
                              "--remote-ufrag", agent.local_username,
                              "--remote-password", agent.local_password)
    agent.remote_username = endpoint["ice_local"]["ufrag"]
    agent.remote_password = endpoint["ice_local"]["password"]
    agent.remote_is_lite = True
    for candidate in endpoint["candidates"]:
        line = candidate["line"].removeprefix(_LINE_PREFIX)
        await agent.add_remote_candidate(aioice.Candidate.from_sdp(line))
    await agent.add_remote_candidate(None)
    await asyncio.wait_for(agent.connect(), 20)


def test_an_agent_of_another_make_receives_media(node, participant, loopback_agent):
    scene = Scene(node, participant, "demo")
    events = node.events()

    async def receive():
        agent = loopback_agent()
        await _connect(agent, scene, "dave")
        events.wait_for("endpoint_proven", room="demo", endpoint="dave")
        scene.publish(10)
        packets = []
        while len(packets) < 10:
            datagram = await asyncio.wait_for(agent.recv(), 10)
            if not rtp.is_rtcp(datagram):
                packets.append(rtp.parse(datagram))
        await agent.close()
        return packets

    assert numbers(asyncio.run(receive())) == list(range(10))


def test_an_agent_of_another_make_sends_media(node, participant, loopback_agent):
    scene = Scene(node, participant, "demo")
    source = rtp.Source(0x5678, 111, name="demo/dave/mic")
    events = node.events()

    async def send():
        agent = loopback_agent()
        await _connect(agent, scene, "dave")
        events.wait_for("endpoint_proven", room="demo", endpoint="dave")
        node.ctl("track", "publish", "demo", "dave", "mic", "--kind", "audio", "--codec",
                 "opus/48000/2", "--pt", 111, "--ssrc", hex(0x5678))
        for _ in range(10):
            await agent.send(source.next())
        received = scene["bob"].receive_packets(10)
        await agent.close()
        return received

    assert numbers(asyncio.run(send())) == list(range(10))


def test_an_agent_with_the_wrong_password_is_not_let_in(node, participant, loopback_agent):
    scene = Scene(node, participant, "demo")

    async def fail():
        agent = loopback_agent()
        await agent.gather_candidates()
        endpoint = node.ctl("endpoint", "add", "demo", "dave", "--ice")
        agent.remote_username = endpoint["ice_local"]["ufrag"]
        agent.remote_password = "x" * 24
        agent.remote_is_lite = True
        line = endpoint["candidates"][0]["line"].removeprefix(_LINE_PREFIX)
        await agent.add_remote_candidate(aioice.Candidate.from_sdp(line))
        await agent.add_remote_candidate(None)
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(agent.connect(), 40)
        await agent.close()

    asyncio.run(fail())
    assert node.ctl("endpoint", "show", "demo", "dave")["state"] == "ENDPOINT_STATE_NEW"
    assert node.metrics().value("baton_ice_checks_total", result="unauthorized") > 0
    assert scene["bob"].drain() == []
