"""batonctl top: on a terminal, and where there is none."""

import contextlib
import signal

import pytest

from harness import builds
from harness.participants import Stream
from harness.scenes import Scene
from harness.terminal import FIRST_SCREEN, OTHER_SCREEN, Terminal


@pytest.fixture
def scene(start_node, participant):
    return Scene(start_node(), participant, "demo")


@pytest.fixture
def top(scene, children):
    """top(...) starts it on a terminal, with these options, for the scene's node."""
    with contextlib.ExitStack() as terminals:
        def start(*options, **size):
            words = [builds.batonctl(builds.build_directory()), "--node",
                     scene.node.ready["control"], "top", "--interval", "200ms", *options]
            terminal = Terminal(children, "top", words, **size)
            terminals.enter_context(contextlib.closing(terminal))
            return terminal
        yield start


def assert_as_it_was(terminal):
    """The program has ended and left nothing of it on the terminal."""
    assert terminal.written.count(OTHER_SCREEN) == 1
    assert terminal.written.count(FIRST_SCREEN) == 1
    assert terminal.written.endswith(FIRST_SCREEN)
    assert terminal.modes() == terminal.modes_before


def row(lines, name):
    """The columns of a row; those that are not known are "-"."""
    found = [line for line in lines if line.startswith(name + "  ")]
    assert len(found) == 1, lines
    return found[0][len(name):].split()


def test_it_is_live_on_a_terminal(scene, top):
    terminal = top()
    with Stream(scene["alice"], scene.source, rate=100):
        lines = terminal.wait_for(
            lambda lines: len(lines) > 4 and "out 0.0" not in lines[0]
            and "demo/bob <- alice/cam" in "".join(lines), "a leg with a rate")
        assert lines[0].startswith("1 room  1 track  1 leg")
        assert lines[1] == "by rate, all"
        assert lines[2].split()[:3] == ["NAME", "IN", "KBIT/S"]
        out = float(row(lines, "demo/bob <- alice/cam")[1])
        assert out > 0 and row(lines, "demo/bob <- alice/cam")[0] == "-"

    terminal.press("k")
    lines = terminal.wait_for(lambda lines: lines[1] == "by rate, room", "rooms only")
    assert [line.split()[0] for line in lines[3:-1]] == ["demo"]
    terminal.press("kk")
    terminal.wait_for(lambda lines: lines[1] == "by rate, leg", "legs only")
    terminal.press("/nobody\r")
    lines = terminal.wait_for(lambda lines: lines[1].endswith("filter: nobody"), "the filter")
    assert len(lines) == 4
    terminal.press("/\x1bkS")
    terminal.wait_for(lambda lines: lines[1] == "by name, all" and len(lines) == 7, "all by name")

    terminal.resize(40, 5)
    lines = terminal.wait_for(lambda lines: len(lines) == 5, "a smaller screen")
    assert lines[-1].startswith("2 more rows")
    assert max(len(line) for line in lines) <= 40
    terminal.press("q")
    assert terminal.wait_for_end() == 0
    assert_as_it_was(terminal)


@pytest.mark.parametrize("how", ["ctrl-c", "SIGTERM", "SIGHUP"])
def test_signals_put_the_terminal_back(top, how):
    terminal = top()
    terminal.wait_for(lambda lines: len(lines) > 3, "the first screen")
    assert terminal.modes() != terminal.modes_before
    if how == "ctrl-c":
        terminal.press("\x03")
        number = signal.SIGINT
    else:
        number = getattr(signal, how)
        terminal.child.process.send_signal(number)
    assert terminal.wait_for_end() == -number
    assert_as_it_was(terminal)


def test_it_ends_with_the_node(scene, top):
    terminal = top()
    terminal.wait_for(lambda lines: len(lines) > 3, "the first screen")
    scene.node.stop()
    assert terminal.wait_for_end() == 3
    assert_as_it_was(terminal)
    assert "UNAVAILABLE" in terminal.child.err()


def test_programs_read_it_as_json(scene):
    with Stream(scene["alice"], scene.source, rate=100):
        scene["bob"].receive_packets(1)
        rows = scene.node.ctl("top", "--once", "--interval", "500ms")["rows"]
    by_kind = {row["kind"]: row for row in rows}
    assert sorted(by_kind) == ["leg", "room", "track"] and len(rows) == 3
    assert by_kind["leg"]["subscriber"] == "bob"
    assert by_kind["track"]["in_packets_per_second"] > 0
    assert by_kind["track"]["loss_in"] == 0
    assert by_kind["leg"]["out_bits_per_second"] > 0
    assert by_kind["leg"]["in_bits_per_second"] is None
    assert by_kind["room"]["in_bits_per_second"] == by_kind["track"]["in_bits_per_second"]
    assert by_kind["room"]["out_bits_per_second"] == by_kind["leg"]["out_bits_per_second"]
