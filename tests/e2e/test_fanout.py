"""The load that a node must carry without a loss: 500 packets/s of 1200 bytes to 200 receivers."""

import json

import pytest

from harness import builds

RECEIVERS = 200
PACKETS_PER_SECOND = 500
PACKET_SIZE = 1200
SECONDS = 10
PACKETS = PACKETS_PER_SECOND * SECONDS


@pytest.mark.limit(90)
def test_nothing_is_lost_on_the_way_to_200_receivers(start_node, children, io):
    build = builds.release_directory()  # one with sanitizers is too slow to say anything about load
    node = start_node("--io", io, build=build)
    judge = children.start("fanout_check", [
        builds.fanout_check(build), node.media, RECEIVERS, PACKETS_PER_SECOND, PACKET_SIZE, SECONDS
    ], pipe=True)
    parties = json.loads(judge.read_line(20))
    node.ctl.run([
        "room create load",
        f"endpoint add load publisher --remote {parties['publisher']}",
        *(f"endpoint add load receiver-{i} --remote {address}"
          for i, address in enumerate(parties["receivers"])),
        "track publish load publisher cam --kind video --codec VP8/90000 "
        f"--pt {parties['pt']} --ssrc {parties['ssrc']}",
    ])
    judge.write_line("go")
    verdict = json.loads(judge.read_line(SECONDS + 30))
    assert verdict == {"sent": PACKETS, "received": PACKETS * RECEIVERS, "lost": 0, "gaps": 0,
                       "reordered": 0, "duplicated": 0, "corrupted": 0}
    assert judge.wait(10) == 0
    metrics = node.metrics()
    assert metrics.value("baton_packets_total", direction="out", kind="rtp") == PACKETS * RECEIVERS
    assert not +metrics.drops()
    for trouble in ("baton_receive_lost_total", "baton_send_failures_total"):
        assert metrics.value(trouble) == 0, trouble
