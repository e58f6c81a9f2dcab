"""Viewers that nobody here wrote, 5 % loss from the node to them, and a node that sends again what
they ask for."""

import pytest

from harness import media, ports, recovery

SSRC = 0x1000
# By name: a viewer, whether and how packets are sent to it again.
VIEWERS = {
    "gstreamer": (recovery.GstViewer, None),
    "gstreamer-plain": (recovery.GstViewer, "plain"),
    "gstreamer-rtx": (recovery.GstViewer, "rtx"),
    "ffmpeg": (recovery.FfmpegViewer, None),
    "ffmpeg-plain": (recovery.FfmpegViewer, "plain"),
}


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return recovery.make_film(tmp_path_factory.mktemp("film"))


def publish(node):
    port = ports.free_pair()
    codec = recovery.CODEC
    node.ctl.run([
        "room create demo --subscribe manual",
        f"endpoint add demo sender --remote 127.0.0.1:{port}",
        f"track publish demo sender film --kind video --codec {codec.encoding}/{codec.clock_rate} "
        f"--pt {codec.payload_type} --ssrc {SSRC}",
    ])
    return port


def start_viewer(node, children, name):
    kind, again = VIEWERS[name]
    viewer = kind(children, name, again)
    rtx = f" --rtx-payload-type {recovery.RTX_PAYLOAD_TYPE}" if again == "rtx" else ""
    _, leg = node.ctl.run([
        f"endpoint add demo {name} --remote {viewer.address}",
        f"leg add demo {name} sender/film{rtx}",
    ])
    viewer.start(leg)
    return viewer


@pytest.mark.limit(120)
def test_ten_times_fewer_frames_are_lost_with_retransmission(node, children, film):
    port = publish(node)
    viewers = {name: start_viewer(node, children, name) for name in VIEWERS}
    media.gst_send(children, film.sample, node.media, port, SSRC)
    for viewer in viewers.values():
        viewer.wait_for(film)
    lost = {name: viewer.frames_lost(film) for name, viewer in viewers.items()}
    for name in VIEWERS:
        kind, _, again = name.partition("-")
        if again:
            assert lost[kind] > 0, f"nothing to recover: {lost}"
            assert 10 * lost[name] <= lost[kind], f"frames lost: {lost}"
