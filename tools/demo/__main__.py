"""The demo behind tools/run: a node, one ffmpeg that publishes, two that decode what is relayed."""

import argparse
import os
import signal
import sys
import time

import media
import ports
import screen
from children import DemoError, Family
from metrics import Rates, Sample
from node import Node


def parse_options():
    parser = argparse.ArgumentParser(prog="tools/run")
    parser.add_argument("--build", required=True, help="the directory of the build")
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--io", default="auto", choices=("auto", "uring", "epoll"))
    parser.add_argument("--ephemeral", action="store_true")
    parser.add_argument("--port-base", type=int)
    return parser.parse_args()


def check_ports(options):
    taken = [] if options.ephemeral else ports.taken(options.port_base)
    if taken:
        raise DemoError("\n".join(taken) + "\nTry tools/run --ephemeral (any free ports), "
                        "or tools/run --port-base 20000.")


def watch(family, node, receivers, seconds):
    """Shows a line a second until the time is up, or Ctrl-C, which raises KeyboardInterrupt."""
    line = screen.LiveLine()
    screen.header(receivers)
    start = time.monotonic()
    before = Sample(node.admin)
    try:
        tick = 0
        while seconds is None or tick < seconds:
            tick += 1
            time.sleep(max(0.0, start + tick - time.monotonic()))
            family.check()
            after = Sample(node.admin)
            line.show(screen.status(tick, Rates(before, after), receivers))
            before = after
    finally:
        line.end()


def show(family, options):
    """Runs the demo; the receivers, whether their time was up or Ctrl-C ended it."""
    node = Node(family, options.build, options)
    plan = media.Plan()
    answers = node.run_script(plan.script())
    relay = answers[1]["media_addresses"][0]
    receivers = [media.Receiver(family, node, viewer) for viewer in plan.viewers]
    media.publish(family, plan, relay)
    screen.welcome(node, family.log_directory)
    interrupted = False
    try:
        watch(family, node, receivers, options.seconds)
    except KeyboardInterrupt:
        interrupted = True
    return receivers, interrupted


def main():
    options = parse_options()
    log_directory = os.path.join(options.build, "demo")
    os.makedirs(log_directory, exist_ok=True)
    # Asked to end by others, it ends as by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    family = Family(log_directory)
    try:
        media.check_ffmpeg()
        check_ports(options)
        receivers, interrupted = show(family, options)
    except KeyboardInterrupt:
        return 130
    except (DemoError, OSError) as error:
        print(f"tools/run: {error}", file=sys.stderr)
        return 1
    finally:
        # A second Ctrl-C must not leave children behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        family.end()
    for receiver in receivers:
        receiver.finish()
    screen.summary(receivers)
    failed = [receiver.name for receiver in receivers if not receiver.has_both()]
    if failed and not interrupted:
        print(f"tools/run: {' and '.join(failed)} did not decode both video and audio; "
              f"logs are in {log_directory}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
