"""The peer's side of ICE connectivity checks (RFC 8445 section 7), as far as tests need it."""

from aioice import stun

from harness import rtp

PEER_UFRAG = "peer"


class Peer:
    """Speaks for an ICE endpoint whose credentials at the node are `local`. The node was not told
    the peer's own, so both directions are signed with these."""

    def __init__(self, participant, local):
        self.participant = participant
        self._ufrag = local["ufrag"]
        self._key = local["password"].encode()

    def check(self, *, ufrag=None, key=None):
        """A connectivity check that nominates, signed."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{ufrag or self._ufrag}:{PEER_UFRAG}"
        request.attributes["PRIORITY"] = 0x6E7F1EFF
        request.attributes["ICE-CONTROLLING"] = 0x1122334455667788
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(key or self._key)
        return bytes(request)

    def answer(self, datagram):
        """The signed answer to one of the node's checks."""
        request = stun.parse_message(datagram, integrity_key=self._key)
        response = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, request.transaction_id)
        response.attributes["XOR-MAPPED-ADDRESS"] = ("127.0.0.1", 9)
        response.add_message_integrity(self._key)
        return bytes(response)

    def receive_stun(self, message_class, timeout=5.0):
        """The next STUN message of this class, raw; what else comes before it is passed over."""
        while True:
            datagram = self.participant.receive(timeout)
            assert datagram is not None, f"no STUN {message_class.name} within {timeout:g} s"
            if is_stun(datagram) and stun.parse_message(datagram).message_class == message_class:
                return datagram

    def receive_media(self, count, timeout=5.0):
        """The next RTP packets; checks that come in between are passed over."""
        packets = []
        while len(packets) < count:
            datagram = self.participant.receive(timeout)
            assert datagram is not None, f"{len(packets)} packets of {count}"
            if not is_stun(datagram):
                packets.append(rtp.parse(datagram))
        return packets

    def prove(self):
        """Checks, and answers the challenge: the address is now proven, or about to be."""
        self.participant.send(self.check())
        self.participant.send(self.answer(self.receive_stun(stun.Class.REQUEST)))


def is_stun(datagram):
    return datagram[0] < 4


def unexpected_response():
    """A success response to nothing that was asked."""
    return bytes(stun.Message(stun.Method.BINDING, stun.Class.RESPONSE))
