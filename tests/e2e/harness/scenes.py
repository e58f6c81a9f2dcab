"""Rooms that several tests begin with."""

from harness import rtp

CAM_SSRC = 0x1234
CAM_PT = 96


def join(node, room, people):
    """Adds participants (by name) to a room as plain endpoints, and aims them at its shard."""
    replies = node.ctl.run(f"endpoint add {room} {name} --remote {person.address}"
                           for name, person in people.items())
    for person, reply in zip(people.values(), replies):
        person.aim(next(address for address in reply["media_addresses"]
                        if address.startswith("[") == person.address.startswith("[")))


class Scene:
    """A room in which `publisher` publishes the video track cam; in a room that subscribes all,
    each of `subscribers` so gets a leg of it. Participants are by name."""

    def __init__(self, node, participant, room, publisher="alice", subscribers=("bob",),
                 subscribe="all"):
        self.node = node
        self.room = room
        self.publisher = publisher
        self.people = {name: participant() for name in (publisher, *subscribers)}
        self.source = rtp.Source(CAM_SSRC, CAM_PT, name=f"{room}/{publisher}/cam")
        node.ctl("room", "create", room, "--subscribe", subscribe)
        join(node, room, self.people)
        self.publish_track()

    def publish_track(self):
        self.node.ctl("track", "publish", self.room, self.publisher, "cam", "--kind", "video",
                      "--codec", "VP8/90000", "--pt", CAM_PT, "--ssrc", hex(CAM_SSRC))

    def __getitem__(self, name):
        return self.people[name]

    def leg(self, subscriber):
        """The leg's name as batonctl's commands take it."""
        return f"{self.room} {subscriber} {self.publisher}/cam"

    def publish(self, count=1):
        for _ in range(count):
            self[self.publisher].send(self.source.next())

    def skip(self, count=1):
        """Packets that the publisher numbers and does not send; their numbers."""
        first = self.source.next_number
        self.source.next_number += count
        return list(range(first, first + count))

    def shown_leg(self, subscriber):
        """The leg as the node has it: ssrc, payload_type, paused."""
        legs = self.node.ctl("leg", "ls", self.room, subscriber)["legs"]
        assert len(legs) == 1, legs
        return legs[0]


def numbers(packets):
    """Which of the source's packets these are."""
    return [rtp.origin(packet)[1] for packet in packets]


def assert_continuous(packets):
    """One stream: one SSRC and payload type, sequence numbers without a gap, over their wrap."""
    assert len({(packet.ssrc, packet.payload_type) for packet in packets}) == 1
    first = packets[0].sequence
    expected = [(first + i) & 0xFFFF for i in range(len(packets))]
    assert [packet.sequence for packet in packets] == expected
