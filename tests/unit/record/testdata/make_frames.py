#!/usr/bin/python3
"""Makes the files *.frames beside it, with ffmpeg: what encoders give, one record for each frame.

A record: u32 size, u32 time of presentation in ms, u8 1 for a key frame, then the frame; integers are
big endian. In the forms that record/media_format.h has.
"""

import json
import pathlib
import struct
import subprocess
import tempfile

PICTURES = "testsrc2=size={size}:rate=10:duration={seconds}"
REALTIME = "-deadline realtime -cpu-used 8 -b:v 20k -g 10".split()
VP8 = "-c:v libvpx -auto-alt-ref 0".split() + REALTIME
VP9 = "-c:v libvpx-vp9 -auto-alt-ref 0".split() + REALTIME
AV1 = "-c:v libaom-av1 -usage realtime -cpu-used 8 -b:v 20k -g 10".split()
# With the parameter sets in each key frame, and without x264's letter to the reader.
H264 = "-c:v libx264 -crf 45 -g 10 -bf 2".split() + [
    "-bsf:v",
    "dump_extra=freq=keyframe,filter_units=remove_types=6",
]
OPUS = "-c:a libopus -b:a 8k".split()

FILES = {
    "vp8": (PICTURES.format(size="64x48", seconds=3), VP8, "webm"),
    "vp8_larger": (PICTURES.format(size="96x64", seconds=0.5), VP8, "webm"),
    "vp9": (PICTURES.format(size="64x48", seconds=1), VP9, "webm"),
    "av1": (PICTURES.format(size="64x48", seconds=1), AV1, "mkv"),
    "h264": (PICTURES.format(size="64x48", seconds=1), H264, "nut"),
    "opus": ("sine=frequency=440:sample_rate=48000:duration=3", OPUS, "ogg"),
}


def frames_of(path):
    command = "ffprobe -v error -show_packets -show_data -of json".split()
    probe = subprocess.run([*command, path], check=True, capture_output=True, text=True)
    for packet in json.loads(probe.stdout)["packets"]:
        rows = (line.split(":", 1)[1][:41] for line in packet["data"].strip().splitlines())
        data = bytes.fromhex("".join(rows).replace(" ", ""))
        assert len(data) == int(packet["size"])
        yield max(0, round(float(packet["pts_time"]) * 1000)), "K" in packet["flags"], data


def main():
    here = pathlib.Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory() as directory:
        for name, (source, encoder, container) in FILES.items():
            encoded = f"{directory}/{name}.{container}"
            command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *encoder, encoded]
            subprocess.run(command, check=True)
            with open(here / f"{name}.frames", "wb") as out:
                for time_ms, key_frame, data in frames_of(encoded):
                    out.write(struct.pack(">IIB", len(data), time_ms, key_frame) + data)


if __name__ == "__main__":
    main()
