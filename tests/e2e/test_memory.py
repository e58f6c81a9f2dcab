"""What a node takes of the machine's memory: pools are sized at start, and touched when they are used."""

from harness import builds

_ROOMS = 90
_PER_ROOM = 11  # each publishes one track, which the ten others get: 9,900 legs


def _resident_bytes(node):
    return node.metrics().value("process_resident_memory_bytes")


def test_an_idle_node_is_small(start_node):
    node = start_node(build=builds.release_directory())
    assert _resident_bytes(node) < 30e6


def test_a_thousand_endpoints_and_ten_thousand_legs(start_node):
    node = start_node("--set", "limits.endpoints=1000", "--set", "limits.legs=10000",
                      build=builds.release_directory())
    lines = []
    for room in range(_ROOMS):
        lines.append(f"room create r{room}")
        for i in range(_PER_ROOM):
            port = 10_000 + room * _PER_ROOM + i
            lines.append(f"endpoint add r{room} e{i} --remote 127.0.0.1:{port}")
            lines.append(f"track publish r{room} e{i} cam --kind video --codec VP8/90000"
                         f" --pt 96 --ssrc {i + 1}")
    node.ctl.run(lines)
    metrics = node.metrics()
    assert metrics.value("baton_endpoints") == _ROOMS * _PER_ROOM
    assert metrics.value("baton_legs") == _ROOMS * _PER_ROOM * (_PER_ROOM - 1)
    assert _resident_bytes(node) < 200e6
