"""The admin HTTP server: what operators and their Prometheus see."""

from harness.scenes import Scene

DROP_REASONS = {
    "not_media", "stun_malformed", "stun_unauthenticated", "stun_unexpected", "address_refused",
    "unknown_flow", "rtp_malformed", "rtcp_malformed", "unknown_ssrc", "unexpected_payload_type",
    "duplicate", "sequence_jump", "retransmission_empty", "leg_paused", "subscriber_unproven",
    "before_leg_start", "waiting_for_key_frame", "layer_left_out", "leg_switched", "speaker_limit",
}


def test_health_and_configuration_are_answered(node, io):
    assert node.get("/livez") == (200, "ok\n")
    assert node.get("/readyz") == (200, "ok\n")
    status, config = node.get("/config")
    assert status == 200
    assert f"io: {io}" in config
    assert "allow_loopback: true" in config


def test_other_pages_and_methods_are_refused(node):
    assert node.get("/")[0] == 200
    assert node.get("/nothing")[0] == 404
    assert node.get("/metrics", method="POST")[0] == 405
    assert node.get("/metrics", method="HEAD") == (200, "")


def test_metrics_have_the_format_that_prometheus_reads(node, io):
    metrics = node.metrics()  # the parser is the judge of the format
    assert metrics.value("baton_io_backend", backend=io) == 1
    assert metrics.value("baton_build_info") == 1
    assert set(metrics.drops()) == DROP_REASONS
    assert not +metrics.drops(), "an idle node has dropped something"


def test_metrics_count_what_is_there_and_what_passes(node, participant):
    scene = Scene(node, participant, "demo", subscribers=("bob", "carol"))
    node.ctl("track", "publish", "demo", "alice", "mic", "--kind", "audio", "--codec",
             "opus/48000/2", "--pt", 111, "--ssrc", 0x1235)
    scene.publish(100)
    sizes = sum(len(scene.source.packet(number)) for number in range(100))
    scene["bob"].receive_packets(100)
    scene["carol"].receive_packets(100)

    metrics = node.wait_for_metrics(
        lambda m: m.value("baton_forward_latency_seconds_count") >= 1, "a forward latency")
    assert metrics.value("baton_rooms") == 1
    assert metrics.value("baton_endpoints") == 3
    assert metrics.value("baton_tracks", kind="video") == 1
    assert metrics.value("baton_tracks", kind="audio") == 1
    assert metrics.value("baton_legs") == 4
    assert metrics.value("baton_packets_total", direction="in", kind="rtp") == 100
    assert metrics.value("baton_packets_total", direction="out", kind="rtp") == 200
    assert metrics.value("baton_bytes_total", direction="in", kind="rtp") == sizes
    assert metrics.value("baton_bytes_total", direction="out", kind="rtp") == 2 * sizes
    assert not +metrics.drops()


def test_forward_latency_is_measured(node, participant):
    scene = Scene(node, participant, "demo")
    for _ in range(20):  # one after the other, so that each has a forwarding of its own
        scene.publish()
        scene["bob"].receive_packet()
    metrics = node.wait_for_metrics(
        lambda m: m.value("baton_forward_latency_seconds_count") == 20, "20 forward latencies")
    total = metrics.value("baton_forward_latency_seconds_sum")
    assert 0 < total < 20 * 1.0, "a forward latency is at least some and less than a second"


def test_gauges_return_to_zero(node, participant):
    Scene(node, participant, "demo")
    gauges = ["baton_rooms", "baton_endpoints", "baton_tracks", "baton_legs"]
    metrics = node.metrics()
    assert [metrics.value(gauge) for gauge in gauges] == [1, 2, 1, 1]
    node.ctl("room", "close", "demo")
    metrics = node.metrics()
    assert [metrics.value(gauge) for gauge in gauges] == [0, 0, 0, 0]
