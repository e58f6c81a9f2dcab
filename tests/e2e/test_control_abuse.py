"""What strangers can do to the control port: nothing that anybody else notices."""

import contextlib
import resource
import socket
import struct

import pytest

from harness import builds
from harness.waiting import wait_until

_SILENT = 10_000


def _address(node):
    host, port = node.ready["control"].rsplit(":", 1)
    return host, int(port)


def _resident_bytes(node):
    with open(f"/proc/{node.child.process.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def _read_until_closed(connection):
    connection.settimeout(20)
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(4096):
            received += chunk
    return received


@pytest.fixture
def many_files():
    """Leave to open as many files as there may be, for this test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < _SILENT + 500:
        pytest.skip(f"this machine lets a process have {hard} open files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.limit(120)
def test_ten_thousand_silent_connections_keep_nobody_out(start_node, many_files):
    node = start_node(build=builds.release_directory())  # sanitizers hold on to freed memory
    node.ctl("room", "create", "demo")
    before = _resident_bytes(node)
    with contextlib.ExitStack() as silent:
        for _ in range(_SILENT):
            silent.enter_context(socket.create_connection(_address(node), timeout=20))
        assert node.ctl("room", "ls")["rooms"][0]["name"] == "demo"
        assert node.get("/readyz")[0] == 200
        grown = _resident_bytes(node) - before
        assert grown < 64 << 20, f"{_SILENT} silent connections cost {grown} bytes"
    wait_until(lambda: node.metrics().value("baton_control_connections", state="unauthenticated") == 0,
               "all connections gone")


@pytest.mark.parametrize("length", [0, 4097, 1 << 20, 0xFFFFFFFF])
def test_a_lying_length_is_answered_and_closed(start_node, length):
    node = start_node()
    before = _resident_bytes(node)
    with socket.create_connection(_address(node), timeout=20) as connection:
        connection.sendall(struct.pack(">I", length))
        answer = _read_until_closed(connection)
    assert b"frame" in answer
    assert _resident_bytes(node) - before < 16 << 20
    node.ctl("node", "status")


def test_who_begins_a_frame_and_does_not_end_it_is_cut_off(start_node):
    node = start_node("--set", "control.frame_timeout=200ms")
    with socket.create_connection(_address(node), timeout=20) as connection:
        connection.sendall(struct.pack(">I", 100) + b"x")
        assert b"not finished in time" in _read_until_closed(connection)
    node.ctl("node", "status")


def test_who_sends_a_byte_now_and_then_is_cut_off_too(start_node):
    node = start_node("--set", "control.hello_timeout=1s")
    with socket.create_connection(_address(node), timeout=20) as connection:
        connection.settimeout(0.1)
        slowly = iter(struct.pack(">I", 4000) + bytes(4000))
        answer, closed = b"", False
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            while not closed:
                if not answer:
                    connection.send(bytes([next(slowly)]))
                with contextlib.suppress(TimeoutError):
                    chunk = connection.recv(4096)
                    answer, closed = answer + chunk, not chunk
    assert b"no Hello came in time" in answer
    node.ctl("node", "status")


def test_garbage_is_answered_and_closed(start_node):
    node = start_node()
    for garbage in [b"\xff" * 64, b"GET / HTTP/1.1\r\n\r\n" * 100, b"\x16\x03\x01" * 50]:
        with socket.create_connection(_address(node), timeout=20) as connection:
            connection.sendall(struct.pack(">I", len(garbage)) + garbage)
            _read_until_closed(connection)
        with socket.create_connection(_address(node), timeout=20) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            _read_until_closed(connection)
    node.ctl("node", "status")
