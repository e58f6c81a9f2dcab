"""baton-bench impair: a forwarder that does to datagrams what it is told, and nothing else."""

import json
import select
import signal
import socket
import time

import pytest

from harness import builds, ports, rtp
from harness.impair import ERROR, GOOD, INVALID, Impair
from harness.participants import to_tuple
from harness.waiting import wait_until

# What --media-only spares: it looks like STUN. Where order is kept, all that was sent before it has
# arrived, or never will, when it arrives.
MARK = bytes(20)
AT_ONCE = 50  # datagrams that any socket has room for


class Server:
    """Where the forwarder sends to."""

    def __init__(self, participant):
        self.participant = participant
        self.address = participant.address

    def receive(self, timeout=10.0):
        """The next datagram, and where it came from; None if none comes."""
        sock = self.participant.socket
        if not select.select([sock], [], [], timeout)[0]:
            return None, None
        return sock.recvfrom(65535)

    def answer(self, datagram, to):
        self.participant.socket.sendto(datagram, to)


@pytest.fixture
def server(participant):
    return Server(participant())


@pytest.fixture
def impair(children, server):
    """impair(words...) starts one in front of `server`."""
    return lambda *words, **options: Impair(children, server.address, *words, **options)


@pytest.fixture
def client(participant):
    """client(forwarder) is somebody who sends there."""
    def make(forwarder, host="127.0.0.1"):
        one = participant(host)
        one.aim(forwarder.address)
        return one
    return make


@pytest.fixture
def bench(children):
    """bench(words...) runs baton-bench to its end: its exit code, output and errors."""
    def run(*words):
        child = children.start("bench", [builds.baton_bench(builds.build_directory()), *words])
        code = child.wait(20)
        return code, child.out_path.read_text(), child.err()
    return run


def packet(number):
    return rtp.pack(96, number, number * rtp.TICKS, 1, f"packet {number}".encode() * 20)


def number_of(datagram):
    number = rtp.parse(datagram).sequence
    assert datagram == packet(number)
    return number


def numbers_that_arrive(send, receive, count):
    """Sends `count` packets, and a mark now and then; the numbers of those that arrive, in order."""
    arrived = []
    for begin in range(0, count, AT_ONCE):
        for number in range(begin, min(begin + AT_ONCE, count)):
            send(packet(number))
        send(MARK)
        while (datagram := receive()) != MARK:
            assert datagram is not None, "the mark is lost"
            arrived.append(number_of(datagram))
    return arrived


def arrivals_up(impair, client, server, *words, count=1000):
    """What arrives at the server, and the figures."""
    forwarder = impair("--media-only", *words)
    arrived = numbers_that_arrive(client(forwarder).send, lambda: server.receive()[0], count)
    return arrived, forwarder.stop()


def opened(one, server):
    """The port towards the server of a client that sends for the first time."""
    one.send(MARK)
    datagram, port = server.receive()
    assert datagram == MARK
    return port


# ------------------------------------------------------------------------------- a good network


def test_without_faults_it_hands_on_everything_both_ways(impair, client, server):
    forwarder = impair()
    one = client(forwarder)
    datagrams = [bytes([size % 251]) * size for size in (1, 0, 12, 1200, 9000, 65507)] * 3
    for datagram in datagrams:
        one.send(datagram)
        received, port = server.receive()
        assert received == datagram
        server.answer(datagram[::-1], port)
        assert one.receive() == datagram[::-1]
    summary = forwarder.stop()
    for direction in (summary["up"], summary["down"]):
        assert direction["received"] == direction["forwarded"] == len(datagrams)
        assert direction["received_bytes"] == direction["forwarded_bytes"]
        assert direction["received_bytes"] == sum(map(len, datagrams))
        assert direction["reordered"] == direction["corrupted"] == 0
    assert summary["clients"] == 1


def test_it_keeps_the_order_of_many(impair, client, server):
    arrived, _ = arrivals_up(impair, client, server)
    assert arrived == list(range(1000))


def test_ipv6(children, participant, client):
    server = Server(participant("::1"))
    forwarder = Impair(children, server.address, listen="[::1]:0")
    one = client(forwarder, "::1")
    one.send(b"over there")
    datagram, port = server.receive()
    server.answer(b"and back", port)
    assert (datagram, one.receive()) == (b"over there", b"and back")
    forwarder.stop()


# ---------------------------------------------------------------------------------------- faults


def test_it_loses_the_share_that_it_is_told(impair, client, server):
    arrived, summary = arrivals_up(impair, client, server, "--loss", "10%", count=2000)
    # Four standard deviations.
    assert abs(len(arrived) - 1800) < 54
    assert summary["up"]["lost"] == 2000 - len(arrived)
    assert arrived == sorted(arrived)


def test_it_loses_in_bursts(impair, client, server):
    arrived, summary = arrivals_up(impair, client, server, "--burst-loss", "20%",
                                   "--burst-length", "10", count=2000)
    there = set(arrived)
    begins = sum(1 for n in range(2000) if n not in there and (n == 0 or n - 1 in there))
    assert 5 < summary["up"]["lost"] / begins < 20
    assert 200 < summary["up"]["lost"] < 700


def test_a_seed_decides_what_is_lost(impair, client, server):
    words = ("--loss", "5%", "--burst-loss", "5%")
    first, _ = arrivals_up(impair, client, server, *words, "--seed", "7")
    # Other faults change nothing about it.
    again, _ = arrivals_up(impair, client, server, *words, "--seed", "7", "--delay", "5ms",
                           "--jitter", "5ms")
    other, _ = arrivals_up(impair, client, server, *words, "--seed", "8")
    assert first == again
    assert first != other


def test_each_direction_has_its_faults(impair, client, server):
    forwarder = impair("--media-only", "--loss", "50%", "--loss", "up=0", "--duplicate", "down=100%")
    one = client(forwarder)
    port = opened(one, server)
    assert numbers_that_arrive(one.send, lambda: server.receive()[0], 100) == list(range(100))
    back = numbers_that_arrive(lambda datagram: server.answer(datagram, port), one.receive, 100)
    assert back == sorted(list(set(back)) * 2)
    summary = forwarder.stop()
    assert summary["up"]["lost"] == summary["up"]["duplicated"] == 0
    assert 20 < summary["down"]["lost"] < 80
    assert summary["down"]["duplicated"] == 100 - summary["down"]["lost"]


def test_the_directions_have_faults_of_their_own(impair, client, server):
    forwarder = impair("--media-only", "--loss", "50%")
    one = client(forwarder)
    port = opened(one, server)
    up = numbers_that_arrive(one.send, lambda: server.receive()[0], 100)
    down = numbers_that_arrive(lambda datagram: server.answer(datagram, port), one.receive, 100)
    assert up != down
    forwarder.stop()


def test_it_flips_one_bit(impair, client, server):
    forwarder = impair("--corrupt", "100%")
    one = client(forwarder)
    for number in range(100):
        one.send(packet(number))
        datagram, _ = server.receive()
        difference = int.from_bytes(datagram, "big") ^ int.from_bytes(packet(number), "big")
        assert len(datagram) == len(packet(number))
        assert difference.bit_count() == 1
    assert forwarder.stop()["up"]["corrupted"] == 100


def test_it_holds_back_so_that_others_overtake(impair, client, server):
    forwarder = impair("--reorder", "20%", "--reorder-by", "300ms")
    one = client(forwarder)
    for number in range(AT_ONCE):
        one.send(packet(number))
    arrived = [number_of(server.receive()[0]) for _ in range(AT_ONCE)]
    assert sorted(arrived) == list(range(AT_ONCE))
    highest = -1
    late = 0
    for number in arrived:
        late += number < highest
        highest = max(highest, number)
    assert late > 0
    assert forwarder.stop()["up"]["reordered"] == late


def test_jitter_keeps_the_order_unless_it_is_told_not_to(impair, client, server):
    for words, in_order in ((), True), (("--jitter-reorders",), False):
        forwarder = impair("--jitter", "100ms", *words)
        one = client(forwarder)
        for number in range(AT_ONCE):
            one.send(packet(number))
        arrived = [number_of(server.receive()[0]) for _ in range(AT_ONCE)]
        assert sorted(arrived) == list(range(AT_ONCE))
        assert (arrived == sorted(arrived)) is in_order
        assert (forwarder.stop()["up"]["reordered"] == 0) is in_order


def test_nothing_arrives_before_its_delay(impair, client, server):
    forwarder = impair("--delay", "up=100ms", "--delay", "down=50ms")
    one = client(forwarder)
    for number in range(3):
        begin = time.monotonic()
        one.send(packet(number))
        _, port = server.receive()
        middle = time.monotonic()
        assert middle - begin >= 0.1
        server.answer(packet(number), port)
        one.receive()
        assert time.monotonic() - middle >= 0.05
    forwarder.stop()


def test_a_full_queue_drops(impair, client, server):
    # A second for each of 1000 bytes: all that is sent at once finds room for three.
    forwarder = impair("--rate", "8k", "--queue", "3kB")
    one = client(forwarder)
    for number in range(10):
        one.send(packet(number).ljust(1000))
    assert server.receive()[0] == packet(0).ljust(1000)
    summary = forwarder.stop()
    assert summary["up"]["queue_full"] == 7
    assert summary["up"]["forwarded"] + summary["up"]["in_flight"] == 3


def test_faults_for_media_alone(impair, client, server):
    forwarder = impair("--loss", "100%", "--media-only")
    one = client(forwarder)
    spared = [b"\x80\xc8" + bytes(26), b"\x00\x01" + bytes(18), b"\x16\xfe\xfd" + bytes(20), b"",
              b"\x80"]
    for datagram in spared:
        one.send(packet(1))
        one.send(datagram)
        assert server.receive()[0] == datagram
    summary = forwarder.stop()
    assert summary["up"]["lost"] == summary["up"]["forwarded"] == len(spared)


def test_a_bad_time(impair, client, server):
    forwarder = impair("--loss", "100%", "--media-only", "--after", "700ms", "--for", "700ms")
    one = client(forwarder)
    arrived = []
    for number in range(2000):
        one.send(packet(number))
        one.send(MARK)
        while (datagram := server.receive()[0]) != MARK:
            arrived.append(number_of(datagram))
        if arrived and arrived[-1] == number and number > len(arrived):
            break
        time.sleep(0.01)
    gaps = [b - a for a, b in zip(arrived, arrived[1:]) if b - a > 1]
    assert arrived[0] == 0
    assert len(gaps) == 1
    assert forwarder.stop()["up"]["lost"] == gaps[0] - 1


# ------------------------------------------------------------------------------------------- NAT


def test_each_client_has_a_port_of_its_own(impair, client, server):
    forwarder = impair()
    clients = [client(forwarder) for _ in range(5)]
    their_ports = []
    for index, one in enumerate(clients):
        one.send(packet(index))
        datagram, port = server.receive()
        assert number_of(datagram) == index
        their_ports.append(port)
    assert len(set(their_ports)) == 5
    for index, port in reversed(list(enumerate(their_ports))):
        server.answer(packet(100 + index), port)
    for index, one in enumerate(clients):
        assert number_of(one.receive()) == 100 + index
    assert forwarder.stop()["clients"] == 5


def test_clients_have_networks_of_their_own(impair, client, server):
    forwarder = impair("--loss", "50%", "--media-only")
    arrived = [numbers_that_arrive(client(forwarder).send, lambda: server.receive()[0], 100)
               for _ in range(2)]
    assert arrived[0] != arrived[1]
    forwarder.stop()


def test_nobody_but_the_servers_host_is_answered_from(impair, client, server, participant):
    forwarder = impair()
    one = client(forwarder)
    port = opened(one, server)
    participant("127.0.0.2").socket.sendto(b"stranger", port)
    participant().socket.sendto(b"another port", port)
    server.answer(b"server", port)
    assert [one.receive(), one.receive()] == [b"another port", b"server"]
    assert forwarder.stop()["down"]["refused"] == 1


def test_a_client_too_many_is_refused(impair, client, server):
    forwarder = impair("--max-clients", "1")
    first, second = client(forwarder), client(forwarder)
    opened(first, server)
    second.send(b"me too")
    first.send(b"still here")
    assert server.receive()[0] == b"still here"
    summary = forwarder.stop()
    assert summary["up"]["refused"] == 1
    assert summary["clients"] == 1


def test_a_client_with_a_port_that_is_known(impair, client, server):
    port = ports.free_pair()
    forwarder = impair("--from", f"127.0.0.1:{port}", "--expire", "200ms")
    first, second = client(forwarder), client(forwarder)
    assert opened(first, server) == ("127.0.0.1", port)
    second.send(b"me too")
    wait_until(lambda: not ports.is_bound(port), "the first one is forgotten")
    assert opened(second, server) == ("127.0.0.1", port)
    forwarder.stop()


def test_a_silent_client_is_forgotten(impair, client, server):
    forwarder = impair("--expire", "200ms", "--max-clients", "1")
    first, second = client(forwarder), client(forwarder)
    _, port = opened(first, server)
    wait_until(lambda: not ports.is_bound(port), "the port is closed")
    opened(second, server)
    summary = forwarder.stop()
    assert summary["clients"] == 2
    assert summary["expired"] >= 1


def test_ports_that_change(impair, client, server):
    forwarder = impair("--rebind-every", "300ms")
    one = client(forwarder)
    seen = []
    number = 0
    while len(seen) < 3:
        one.send(packet(number))
        datagram, port = server.receive()
        assert number_of(datagram) == number
        if port not in seen:
            seen.append(port)
        number += 1
        time.sleep(0.01)
    # What is sent to where the client was goes nowhere.
    server.answer(b"old", seen[0])

    def answer():
        one.send(MARK)
        _, port = server.receive()
        server.answer(b"new", port)
        return one.receive(timeout=0.2)

    # The port may change before the answer is there.
    assert wait_until(answer, "an answer") == b"new"
    assert forwarder.stop()["rebinds"] >= 2


# -------------------------------------------------------------------------------------- the run


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_well_when_it_is_told_to(impair, client, server, sig):
    forwarder = impair("--reorder", "100%", "--reorder-by", "1h", "--media-only")
    one = client(forwarder)
    one.send(packet(0))
    opened(one, server)
    assert forwarder.result(forwarder.child.stop(sig), GOOD)["up"]["in_flight"] == 1


def test_it_ends_by_itself(impair, client, server):
    forwarder = impair("--duration", "500ms")
    opened(client(forwarder), server)
    assert forwarder.wait()["duration_s"] >= 0.5


def test_what_it_lost_unasked_makes_a_run_invalid(impair, client, server):
    forwarder = impair("--delay", "2s", "--max-in-flight", "1")
    one = client(forwarder)
    for number in range(3):
        one.send(packet(number))
    assert number_of(server.receive()[0]) == 0
    summary = forwarder.stop(INVALID)
    assert summary["up"]["overflowed"] == 2
    assert "--max-in-flight" in summary["verdict_reason"]


def test_its_figures_for_people(bench):
    code, out, _ = bench("impair", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:9", "--duration",
                         "100ms", "--seed", "12")
    assert code == GOOD
    ready, *text = out.splitlines()
    assert json.loads(ready)["event"] == "ready"
    assert text[0].endswith("seed 12")
    assert text[1].startswith("VALID")
    assert any(line.split()[:2] == ["received", "0"] for line in text)


_WHERE = ("--listen", "127.0.0.1:0", "--to", "127.0.0.1:9")


@pytest.mark.parametrize("words, what", [
    ((), "--listen"),
    (("--listen", "127.0.0.1:0"), "--to"),
    (("--listen", "localhost:0", "--to", "127.0.0.1:9"), "localhost:0"),
    (("--listen", "192.0.2.1:0", "--to", "127.0.0.1:9"), "192.0.2.1"),
    ((*_WHERE, "--loss", "5"), "--loss"),
    ((*_WHERE, "--loss", "left=5%"), "left=5%"),
    ((*_WHERE, "--delay", "up=soon"), "soon"),
    ((*_WHERE, "--rate", "0"), "--loss 100%"),
    ((*_WHERE, "--burst-length", "0.5"), "0.5"),
    ((*_WHERE, "--burst-length", "down=1", "--burst-loss", "60%"), "--burst-length"),
    ((*_WHERE, "--max-clients", "0"), "--max-clients"),
    ((*_WHERE, "--max-clients", "2", "--from", "127.0.0.1:0"), "--from"),
    ((*_WHERE, "--rebind-every", "2s", "--from", "127.0.0.1:0"), "--from"),
    ((*_WHERE, "--max-in-flight", "1000000"), "--max-in-flight"),
])
def test_mistakes_are_named(bench, words, what):
    code, out, err = bench("impair", *words)
    assert code == ERROR
    assert what in err
    assert out == ""


def test_an_address_that_is_taken(bench, participant):
    taken = participant().address
    code, _, err = bench("impair", "--listen", taken, "--to", "127.0.0.1:9")
    assert code == ERROR
    assert taken in err


def test_it_does_not_send_to_itself(bench, participant):
    one = participant()
    host, port = to_tuple(one.address)
    one.socket.close()
    one.socket = socket.socket()
    code, _, err = bench("impair", "--listen", f"{host}:{port}", "--to", f"{host}:{port}")
    assert code == ERROR
    assert "cannot be where it sends to" in err
