"""What a room's statistics tell."""

from harness import rtp
from harness.scenes import Scene
from harness.waiting import wait_until

PACKETS = 20


def test_losses_are_told_of_the_path_that_has_them(node, participant):
    scene = Scene(node, participant, "demo", subscribers=("bob", "carol"))
    scene.publish(PACKETS)
    lost = scene.skip(3)
    scene.publish(PACKETS)
    for name in ("bob", "carol"):
        scene[name].receive_packets(2 * PACKETS)
    scene["bob"].send(rtp.receiver_report(scene.shown_leg("bob")["ssrc"], fraction_lost=64, lost=5,
                                          jitter=90))

    def statistics():
        room = node.ctl("room", "stats", "demo")
        legs = {leg["leg"]["subscriber"]: leg for leg in room["legs"]}
        return (room["tracks"][0], legs) if int(legs["bob"]["lost"]) else None

    track, legs = wait_until(statistics, "bob's report has come")
    assert int(track["packets"]) == 2 * PACKETS
    assert int(track["lost"]) == int(track["encodings"][0]["lost"]) == len(lost)
    assert {name: (int(leg["packets"]), int(leg["lost"]), leg["fraction_lost"], leg["jitter"])
            for name, leg in legs.items()} == {"bob": (2 * PACKETS, 5, 64, 90),
                                               "carol": (2 * PACKETS, 0, 0, 0)}


def test_what_is_missing_is_asked_for_and_told(node, participant):
    scene = Scene(node, participant, "demo")
    scene.publish(PACKETS)
    lost = scene.skip(3)
    scene.publish(PACKETS)

    def asked_for():
        encoding = node.ctl("room", "stats", "demo")["tracks"][0]["encodings"][0]
        return encoding if int(encoding["nacked"]) >= len(lost) else None

    wait_until(asked_for, "all that is missing is asked for")
    for number in lost:
        scene["alice"].send(scene.source.packet(number))
    scene["bob"].receive_packets(2 * PACKETS + len(lost))
    assert int(node.ctl("room", "stats", "demo")["tracks"][0]["lost"]) == 0
