"""The receivers of harness/recovery.py, against a sender that nobody here wrote either: what they
cannot recover from it they cannot recover from a node."""

import pytest

from harness import ports, recovery

LEG = {"ssrc": 0xF0001234, "payload_type": recovery.CODEC.payload_type, "rtx_ssrc": 0xF0005678,
       "rtx_payload_type": recovery.RTX_PAYLOAD_TYPE}


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return recovery.make_film(tmp_path_factory.mktemp("film"))


@pytest.mark.limit(120)
@pytest.mark.parametrize("viewer, again", [
    (recovery.GstViewer, "rtx"),
    (recovery.GstViewer, "plain"),
    (recovery.FfmpegViewer, "plain"),
])
def test_what_a_sender_sends_again_is_recovered(children, film, viewer, again):
    with_it = viewer(children, "with", again)
    without = viewer(children, "without", None)
    for one in (with_it, without):
        feedback_port = ports.free_pair() + 1
        one.start(LEG, feedback_port)
        # A sender for each: what is sent again plain would help the other one as well.
        recovery.gst_send_again(children, film, one.address, feedback_port, LEG, again)
    for one in (with_it, without):
        one.wait_for(film)
    lost = with_it.frames_lost(film), without.frames_lost(film)
    assert 0 < lost[1], "there is nothing to recover"
    assert 10 * lost[0] <= lost[1], f"frames lost with and without retransmission: {lost}"
