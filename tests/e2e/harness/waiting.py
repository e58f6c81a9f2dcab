"""Waiting, with a deadline, for what can only be asked about."""

import time


def wait_until(condition, what, timeout=10.0, interval=0.02):
    """The first true value of condition(). `what`, a text or a function, says what was wanted."""
    deadline = time.monotonic() + timeout
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout:g} s: {what() if callable(what) else what}")
        time.sleep(interval)
