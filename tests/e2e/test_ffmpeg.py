"""ffmpeg to ffmpeg: VP8 and Opus, to several receivers, frame by frame."""

import pytest

from harness import media, ports, rtp
from harness.scenes import assert_continuous

VIDEO = {"ssrc": 0x1234, "payload_type": 96}
AUDIO = {"ssrc": 0x5678, "payload_type": 111}


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    directory = tmp_path_factory.mktemp("samples")
    video = media.ffmpeg_sample(directory, "video", "vp8.ivf", "-c:v", "libvpx", "-deadline",
                                "realtime", "-cpu-used", "8", "-g", "30", "-b:v", "800k")
    audio = media.ffmpeg_sample(directory, "audio", "opus.ogg", "-c:a", "libopus", "-ac", "2")
    assert len(video.hashes.encoded) == len(video.hashes.decoded) == 120
    assert len(set(video.hashes.decoded)) == 120, "every frame can be told from all others"
    return {"video": video, "audio": audio}


def publish(node):
    """A room in which alice has two endpoints, one for each of her ffmpegs; their ports."""
    ports_of = {"video": ports.free_pair(), "audio": ports.free_pair()}
    node.ctl.run([
        "room create demo --subscribe manual",
        f"endpoint add demo alice-video --remote 127.0.0.1:{ports_of['video']}",
        f"endpoint add demo alice-audio --remote 127.0.0.1:{ports_of['audio']}",
        f"track publish demo alice-video cam --kind video --codec VP8/90000 "
        f"--pt {VIDEO['payload_type']} --ssrc {VIDEO['ssrc']}",
        f"track publish demo alice-audio mic --kind audio --codec opus/48000/2 "
        f"--pt {AUDIO['payload_type']} --ssrc {AUDIO['ssrc']}",
    ])
    return ports_of


def start_viewer(node, children, name, *leg_options):
    """An ffmpeg that reads the SDP that batonctl wrote for its two endpoints."""
    video, audio = ports.free_pair(), ports.free_pair()
    node.ctl.run([
        f"endpoint add demo {name}-video --remote 127.0.0.1:{video}",
        f"endpoint add demo {name}-audio --remote 127.0.0.1:{audio}",
        " ".join([f"leg add demo {name}-video alice-video/cam", *leg_options]),
        f"leg add demo {name}-audio alice-audio/mic",
    ])
    sdp = node.ctl("endpoint", "sdp", "demo", f"{name}-video", f"{name}-audio")["sdp"]
    return media.FfmpegReceiver(children, name, sdp, video, audio)


def start_tap(node, participant):
    """A raw socket that gets the same as the viewers, to look at the packets."""
    tap = participant()
    _, video, audio = node.ctl.run([
        f"endpoint add demo tap --remote {tap.address}",
        "leg add demo tap alice-video/cam",
        "leg add demo tap alice-audio/mic",
    ])
    return tap, {"video": video, "audio": audio}


def check_frames(receiver, samples):
    for kind in ("video", "audio"):
        assert receiver.hashes(kind).encoded == samples[kind].hashes.encoded
    assert receiver.hashes("video").decoded == samples["video"].hashes.decoded
    # What an Ogg file says about samples to cut off at both its ends does not travel in RTP.
    decoded = receiver.hashes("audio").decoded
    reference = samples["audio"].hashes.decoded
    assert len(decoded) == len(reference)
    assert decoded[1:-1] == reference[1:-1]


def check_packets(packets, legs, samples):
    """Every packet is one of the two legs', by SSRC and payload type; none is missing."""
    by_ssrc = {leg["ssrc"]: [] for leg in legs.values()}
    for packet in packets:
        by_ssrc[packet.ssrc].append(packet)
    for leg in legs.values():
        assert {packet.payload_type for packet in by_ssrc[leg["ssrc"]]} == {leg["payload_type"]}
        assert_continuous(by_ssrc[leg["ssrc"]])
    # A frame of VP8 ends with a marker (RFC 7741 section 4.1); a packet of Opus is a frame.
    frames = sum(packet.marker for packet in by_ssrc[legs["video"]["ssrc"]])
    assert frames == len(samples["video"].hashes.encoded)
    assert len(by_ssrc[legs["audio"]["ssrc"]]) == len(samples["audio"].hashes.encoded)


@pytest.mark.limit(90)
def test_every_frame_of_vp8_and_opus_arrives_everywhere(node, children, participant, samples):
    senders = publish(node)
    viewers = [start_viewer(node, children, "bob"),
               start_viewer(node, children, "carol", "--pt", "120", "--ssrc", "0xcafe"),
               start_viewer(node, children, "dave")]
    tap, legs = start_tap(node, participant)

    media.ffmpeg_send(children, samples["video"], node.media, senders["video"], **VIDEO)
    media.ffmpeg_send(children, samples["audio"], node.media, senders["audio"], **AUDIO)
    for viewer in viewers:
        viewer.wait_for(samples["video"])
        viewer.wait_for(samples["audio"])
    for viewer in viewers:
        viewer.stop()
        check_frames(viewer, samples)
    check_packets([rtp.parse(datagram) for datagram in tap.drain()], legs, samples)

    drops = node.metrics().drops()
    assert set(+drops) <= {"unknown_flow"}, "more than ffmpeg's RTCP was dropped"
    tracks = node.ctl("room", "stats", "demo")["tracks"]
    assert [int(track["lost"]) for track in tracks] == [0, 0]
