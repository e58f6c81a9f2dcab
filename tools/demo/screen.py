"""What the demo prints while it runs: one line that changes on a terminal, a line now and then
elsewhere."""

import shutil
import sys

from node import DEFAULT_CONTROL

PLAIN_PERIOD = 5  # seconds between lines that stay


def welcome(node, log_directory):
    """Where to look around."""
    # Only where it is needed: the default address needs no naming.
    prefix = "" if node.control == DEFAULT_CONTROL else f"BATON_NODE={node.control} "
    batonctl = prefix + node.batonctl_path
    print(f"""
Baton relays on {node.io}. alice sends VP8 and Opus into room demo; bob and carol decode both.

  look      http://{node.admin}/metrics   http://{node.admin}/readyz   http://{node.admin}/config
            {batonctl} node status
            {batonctl} room show demo
            {batonctl} events -f
  meddle    {batonctl} leg pause demo bob-video alice-video/cam
            {batonctl} leg resume demo bob-video alice-video/cam
  STUN      {', '.join(node.stun)}
  logs      {log_directory}/
  stop      Ctrl-C
""", flush=True)


def _columns(receivers):
    return [" time", "rooms", "pkt/s in", "pkt/s out", "  loss", "p99 ms",
            *(f"{receiver.name} frames" for receiver in receivers)]


def header(receivers):
    print("  ".join(_columns(receivers)), flush=True)


def status(elapsed, rates, receivers):
    values = [f"{elapsed // 60:02}:{elapsed % 60:02}", rates.rooms, f"{rates.packets_in:.0f}",
              f"{rates.packets_out:.0f}", f"{rates.loss:.2%}",
              "-" if rates.p99 is None else f"{rates.p99 * 1000:.2f}",
              *(receiver.video_frames for receiver in receivers)]
    return "  ".join(f"{value:>{len(title)}}"
                     for title, value in zip(_columns(receivers), values))


class LiveLine:
    def __init__(self):
        self._terminal = sys.stdout.isatty()
        self._count = 0

    def show(self, text):
        self._count += 1
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            print("\r\x1b[K" + text[:width], end="", flush=True)
        elif self._count % PLAIN_PERIOD == 0:
            print(text, flush=True)

    def end(self):
        """Leaves the last line where it is."""
        if self._terminal and self._count > 0:
            print(flush=True)
        self._count = 0


def summary(receivers):
    for receiver in receivers:
        print(f"{receiver.name} decoded {receiver.video_frames} video frames "
              f"and {receiver.audio_seconds:.1f} s of audio")
