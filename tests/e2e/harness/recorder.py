"""A baton-record of which the test is the node: record/tap_protocol.h over a socket pair."""

import os
import signal
import socket
import struct
import subprocess
import threading
import time

_MESSAGE, _PACKET, _DROPPED = 1, 2, 3
_PR_SET_PDEATHSIG = 1


def baton_record(build):
    return build / "cmd/baton-record/baton-record"


# --------------------------------------------------------------- as much of protobuf as is needed


def _varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def message(**fields):
    """A message of fields named f1, f2, ...: numbers, text, and messages as bytes."""
    out = b""
    for name, value in fields.items():
        number = int(name[1:])
        if isinstance(value, int):
            out += _varint(number << 3) + _varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += _varint(number << 3 | 2) + _varint(len(value)) + value
    return out


def fields_of(data):
    """{number: last value} of a message of numbers, texts and messages."""
    fields, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            fields[key >> 3] = varint()
        else:
            size = varint()
            fields[key >> 3] = data[at : at + size]
            at += size
    return fields


# ------------------------------------------------------------------------------------ the sink

PARTICIPANT, TRACK, RAW = 1, 2, 3
_FROM_SINK = ["", "started", "key_frame_wanted", "file_begun", "file_finished", "trouble",
              "statistics", "ended"]


class Recorder:
    """A recording process in `directory`, which exists."""

    def __init__(self, build, directory, *, segment=1, start=None, layout=PARTICIPANT):
        self.directory = directory
        self.start_ns = start or time.monotonic_ns()
        self.messages = []  # (kind, fields)
        self._ours, theirs = socket.socketpair()
        folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)

        def take_descriptors():
            # Above both numbers first, so that neither is overwritten before it is copied.
            high = [os.dup2(fd, 100 + i) for i, fd in enumerate((theirs.fileno(), folder))]
            for number, fd in zip((3, 4), high):
                os.dup2(fd, number, inheritable=True)

        self.process = subprocess.Popen(
            [baton_record(build), "--sink"], stdin=subprocess.DEVNULL, close_fds=False,
            stderr=open(directory.parent / f"{directory.name}.err", "ab"),
            preexec_fn=take_descriptors)
        theirs.close()
        os.close(folder)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        begin = message(f1="demo", f2="room", f3="node", f4=segment,
                        f5=time.time_ns() // 1000, f6=self.start_ns, f7=layout)
        self.send(message(f1=begin))

    def send(self, body):
        self._ours.sendall(struct.pack(">IB", len(body) + 1, _MESSAGE) + body)

    def packet(self, packet, at_ns=None):
        head = struct.pack(">IBq", len(packet) + 9, _PACKET, at_ns or time.monotonic_ns())
        self._ours.sendall(head + packet)

    def add_track(self, number, ssrc, payload_type, name, kind, encoding, rate, channels=0):
        codec = message(f1=encoding, f2=rate, f3=channels)
        self.send(message(f2=message(f1=number, f2=ssrc, f3=payload_type, f4="alice", f5=name,
                                     f6=kind, f7=codec)))

    def end(self, reason="stopped"):
        self.send(message(f4=message(f1=reason)))

    def close(self):
        """As if the node had died."""
        self._ours.shutdown(socket.SHUT_RDWR)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def wait(self, timeout=30):
        code = self.process.wait(timeout)
        self._reader.join(timeout)
        return code

    def of(self, kind):
        return [fields for each, fields in self.messages if each == kind]

    def _read(self):
        data = b""
        while True:
            try:
                piece = self._ours.recv(65536)
            except OSError:
                return
            if not piece:
                return
            data += piece
            while len(data) >= 4 and len(data) >= 4 + (size := struct.unpack(">I", data[:4])[0]):
                for number, body in fields_of(data[5 : 4 + size]).items():
                    self.messages.append((_FROM_SINK[number], fields_of(body)))
                data = data[4 + size :]
