"""The programs that measure the relay: each subject takes a little traffic, and says what it cost.

What it cost is not judged here: tools/bench-relay does that, on a machine that has nothing else to do.
"""

import json

import pytest

from harness import builds

# Low enough for a build with sanitizers on a machine that runs other tests.
LITTLE = ["--rate", 200, "--seconds", 0.2, "--warm-up", 0.05, "--subject-cpu", -1, "--load-cpu", -1]


def relay_cost(children, *words):
    """Its one line."""
    child = children.start("relay_cost", [builds.relay_cost(builds.build_directory()), *words,
                                          *LITTLE])
    exit_code = child.wait(50)
    if exit_code != 0:
        raise child.failure("failed", exit_code)
    return json.loads(child.out_path.read_text())


def check(line, subject, trigger):
    assert line["subject"] == subject
    assert line["trigger"] == trigger
    assert line["packets_out"] > 0
    assert line["received"] == line["packets_out"], line
    assert line["lost"] == line["gaps"] == line["reordered"] == line["receiver_overflows"] == 0, line
    assert line["cpu_ns_per_packet_out"] > 0
    assert isinstance(line["valid"], bool)


def check_latency(line):
    assert line["latency_samples"] > 0
    assert 0 < line["latency_us_p50"] <= line["latency_us_p99"]


@pytest.mark.parametrize("burst", [1, 8])
def test_a_node_is_measured(children, io, burst):
    line = relay_cost(children, "--subject", "batond", "--io", io, "--receivers", 5, "--burst",
                      burst)
    check(line, "batond", "traffic")
    check_latency(line)
    assert line["packets_out"] == 5 * line["packets_in"]


@pytest.mark.parametrize("more", [["--receiver-gro"], ["--receivers-wait"], ["--saturate"],
                                  ["--publishers", 3]])
def test_receivers_and_load_may_be_other_ones(children, io, more):
    line = relay_cost(children, "--subject", "batond", "--io", io, "--receivers", 4, *more)
    check(line, "batond", "traffic")
    check_latency(line)


def test_everybody_receives_everybody_else(children, io):
    line = relay_cost(children, "--subject", "batond", "--io", io, "--publishers", 4,
                      "--all-to-all")
    check(line, "batond", "traffic")
    assert line["packets_out"] == 3 * line["packets_in"]


@pytest.mark.parametrize("sends_by", ["sendmmsg", "uring"])
@pytest.mark.parametrize("burst", [1, 8])
@pytest.mark.parametrize("trigger", ["timer", "traffic"])
def test_the_floor_sends_as_much(request, children, sends_by, burst, trigger):
    if sends_by == "uring" and (refusal := request.getfixturevalue("refusal_of_uring")):
        pytest.skip(f"no io_uring here: {refusal}")
    more = ["--receive"] if trigger == "traffic" else []
    line = relay_cost(children, "--subject", "floor", "--io", sends_by, "--receivers", 5, "--burst",
                      burst, *more)
    check(line, "floor", trigger)
    assert line["packets_out"] == 5 * line["packets_in"]


@pytest.mark.parametrize("subject", ["floor", "naive"])
def test_yardsticks_know_who_gets_what(children, subject):
    more = ["--io", "sendmmsg"] if subject == "floor" else []
    line = relay_cost(children, "--subject", subject, "--publishers", 4, "--all-to-all", *more)
    check(line, subject, "timer" if subject == "floor" else "traffic")
    assert line["packets_out"] == 3 * line["packets_in"]


def test_the_naive_relay_keeps_packets_apart(children):
    line = relay_cost(children, "--subject", "naive", "--receivers", 5)
    check(line, "naive", "traffic")
    check_latency(line)


def test_the_binding_server_is_measured(children, io):
    line = relay_cost(children, "--subject", "stun", "--io", io, "--receivers", 16)
    check(line, "stun", "traffic")
    check_latency(line)


def test_the_echo_is_measured(children):
    line = relay_cost(children, "--subject", "echo", "--receivers", 16)
    check(line, "echo", "traffic")
    check_latency(line)


@pytest.mark.parametrize("words", [
    ["--subject", "floor", "--io", "epoll"],
    ["--subject", "batond", "--io", "sendmmsg"],
    ["--subject", "floor", "--io", "sendmmsg", "--saturate"],
    ["--subject", "echo", "--receivers", 2, "--burst", 8],
    ["--burst", 64, "--size", 1200],
    ["--all-to-all", "--publishers", 1],
    ["--subject", "cloud"],
])
def test_what_makes_no_sense_is_refused(children, words):
    child = children.start("relay_cost", [builds.relay_cost(builds.build_directory()), *words])
    assert child.wait(20) == 2
    assert child.err()
    assert child.out_path.read_text() == ""


def test_only_commits_are_compared(children):
    child = children.start("bench-compare", [builds.ROOT / "tools/bench-compare", "nonsense", "HEAD"])
    assert child.wait(20) == 2
    assert "'nonsense' is no commit" in child.err()
