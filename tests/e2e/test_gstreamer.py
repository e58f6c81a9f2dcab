"""GStreamer to GStreamer: H.264, VP9 and PCMU, byte by byte after decoding."""

import pytest

from harness import media, ports

VIEWERS = 2


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    directory = tmp_path_factory.mktemp("samples")
    return [media.gst_sample(directory, codec) for codec in media.GST_CODECS.values()]


def publish(node, codec, ssrc):
    """An endpoint of its own for the codec; its port."""
    port = ports.free_pair()
    node.ctl.run([
        f"endpoint add demo {codec.encoding}-sender --remote 127.0.0.1:{port}",
        f"track publish demo {codec.encoding}-sender media --kind {codec.kind} "
        f"--codec {codec.encoding}/{codec.clock_rate} --pt {codec.payload_type} --ssrc {ssrc}",
    ])
    return port


def start_viewer(node, children, codec, number):
    name = f"{codec.encoding}-viewer-{number}"
    port = ports.free_pair()
    _, leg = node.ctl.run([
        f"endpoint add demo {name} --remote 127.0.0.1:{port}",
        f"leg add demo {name} {codec.encoding}-sender/media",
    ])
    return media.GstReceiver(children, name, codec, leg, port)


@pytest.mark.limit(90)
def test_every_frame_of_h264_vp9_and_pcmu_arrives(node, children, samples):
    node.ctl("room", "create", "demo", "--subscribe", "manual")
    senders = [publish(node, sample.codec, ssrc)
               for ssrc, sample in enumerate(samples, start=0x1000)]
    viewers = [(sample, start_viewer(node, children, sample.codec, number))
               for sample in samples for number in range(VIEWERS)]
    for ssrc, (sample, port) in enumerate(zip(samples, senders), start=0x1000):
        media.gst_send(children, sample, node.media, port, ssrc)
    for sample, viewer in viewers:
        viewer.wait_for(sample)
        viewer.stop()
        same = viewer.decoded_path.read_bytes() == sample.decoded
        assert same, f"{viewer.child.name}: decoded to something else"
    assert not +node.metrics().drops()
