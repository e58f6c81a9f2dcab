"""Runs a program under a seccomp filter that refuses io_uring, as containers' default profiles do.

    python3 without_uring.py PROGRAM [ARGUMENT...]
"""

import ctypes
import errno
import os
import struct
import sys

_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

# linux/bpf_common.h, linux/seccomp.h
_LOAD_WORD = 0x20
_JUMP_IF_GREATER_OR_EQUAL = 0x35
_RETURN = 0x06
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000

# io_uring_setup, io_uring_enter, io_uring_register: the same on all architectures.
_FIRST_URING_CALL, _LAST_URING_CALL = 425, 427
_OFFSET_OF_NUMBER = 0


def _instruction(code, if_true, if_false, operand):
    return struct.pack("HBBI", code, if_true, if_false, operand)


def _filter():
    return b"".join([
        _instruction(_LOAD_WORD, 0, 0, _OFFSET_OF_NUMBER),
        _instruction(_JUMP_IF_GREATER_OR_EQUAL, 0, 2, _FIRST_URING_CALL),
        _instruction(_JUMP_IF_GREATER_OR_EQUAL, 1, 0, _LAST_URING_CALL + 1),
        _instruction(_RETURN, 0, 0, _ERRNO | errno.EPERM),
        _instruction(_RETURN, 0, 0, _ALLOW),
    ])


class _Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _refuse_uring():
    libc = ctypes.CDLL(None, use_errno=True)
    code = _filter()
    program = _Program(len(code) // 8, code)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(
            _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no seccomp filter")


if __name__ == "__main__":
    _refuse_uring()
    os.execvp(sys.argv[1], sys.argv[1:])
