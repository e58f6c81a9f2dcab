"""Recordings as a controller sees them: they begin, are listed, survive a dead process, and end."""

import json
import os
import pathlib
import signal
import stat

import pytest

from harness import builds
from harness.control import NOT_FOUND, ControlError
from harness.participants import Stream
from harness.scenes import Scene
from harness.waiting import wait_until

LIMIT_REACHED = 7
REFUSED = 6


@pytest.fixture
def directory(tmp_path):
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    return recordings


@pytest.fixture
def start_recorder(start_node, participant, directory):
    """start_recorder(*settings) gives a scene on a node that records."""

    def start(*settings):
        given = [f"record.directory={directory}",
                 f"record.program={builds.baton_record(builds.build_directory())}",
                 'record.name="{room}"', "record.min_free=0B", *settings]
        node = start_node(*[word for setting in given for word in ("-D", setting)])
        return Scene(node, participant, "demo")

    return start


def record(scene, *words):
    return scene.node.ctl("record", *words)


def script(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def recorders_of(node):
    """The processes that record, of this node."""
    pid = node.child.process.pid
    children = set()
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        children.update(int(word) for word in (task / "children").read_text().split())
    return sorted(child for child in children
                  if pathlib.Path(f"/proc/{child}/comm").read_text().startswith("baton-record"))


def test_a_recording_from_its_start_to_its_end(start_recorder, directory):
    scene = start_recorder()
    events = scene.node.events()
    started = record(scene, "start", "demo", "--raw")
    assert started["state"] == "RECORDING_STATE_RUNNING"
    assert started["directory"] == str(directory / "demo")
    events.wait_for("recording_started")
    added = events.wait_for("recording_track_added", recording="demo")
    assert (added["track"]["publisher"], added["track"]["track"]) == ("alice", "cam")
    with Stream(scene["alice"], scene.source, rate=100):
        scene["bob"].receive_packets(100)
        assert [r["name"] for r in record(scene, "ls")["recordings"]] == ["demo"]
        assert record(scene, "start", "demo", "--raw")["name"] == "demo"
        scene.node.wait_for_metrics(
            lambda m: m.value("baton_recordings", state="running") == 1, "a recording runs")
    ended = record(scene, "stop", "demo", "--wait")
    assert ended["state"] == "RECORDING_STATE_ENDED", ended
    assert ended["end_reason"] == "stopped"
    assert ended["trouble_count"] == "0", ended["troubles"]
    files = {file["name"]: file for file in ended["files"]}
    assert files and all(file["finished"] for file in files.values())
    on_disk = {path.name for path in (directory / "demo").iterdir()}
    assert "manifest.json" in on_disk and files.keys() <= on_disk
    assert not [name for name in on_disk if name.endswith(".part")]
    assert json.loads((directory / "demo/manifest.json").read_text())["recording"] == "demo"
    assert record(scene, "show", "demo")["state"] == "RECORDING_STATE_ENDED"
    assert [e["name"] for e in scene.node.ctl("endpoint", "ls", "demo")["endpoints"]] == [
        "alice", "bob"]


def test_what_is_published_later_is_recorded_and_a_closed_room_ends_it(start_recorder):
    scene = start_recorder()
    scene.node.ctl("track", "unpublish", "demo", "alice", "cam")
    events = scene.node.events()
    record(scene, "start", "demo", "--raw")
    scene.publish_track()
    events.wait_for("recording_track_added", recording="demo")
    scene.node.ctl("track", "unpublish", "demo", "alice", "cam")
    events.wait_for("recording_track_removed", recording="demo", track="cam")
    scene.node.ctl("room", "close", "demo")
    ended = events.wait_for("recording_ended")["recording"]
    assert (ended["state"], ended["end_reason"]) == ("RECORDING_STATE_ENDED", "room closed")


def test_a_recorder_that_is_killed_is_followed_by_another(start_recorder, directory):
    scene = start_recorder()
    events = scene.node.events()
    record(scene, "start", "demo", "--raw")
    with Stream(scene["alice"], scene.source, rate=100):
        scene["bob"].receive_packets(100)
        (first,) = recorders_of(scene.node)
        os.kill(first, signal.SIGKILL)
        trouble = events.wait_for("recording_trouble", recording="demo")["trouble"]
        assert trouble["code"] == "crashed" and "signal 9" in trouble["text"]
        assert events.wait_for("recording_restarted", recording="demo")["segment"] == 2
        scene["bob"].receive_packets(100)
    ended = record(scene, "stop", "demo", "--wait")
    assert ended["state"] == "RECORDING_STATE_ENDED", ended
    assert all(file["finished"] for file in ended["files"]), ended["files"]
    assert not list((directory / "demo").glob("*.part"))
    assert len(list((directory / "demo").glob("*.rtpdump"))) == 2


def test_a_recorder_that_is_killed_twice_ends_the_recording(start_recorder):
    scene = start_recorder()
    events = scene.node.events()
    record(scene, "start", "demo", "--raw")
    (first,) = recorders_of(scene.node)
    os.kill(first, signal.SIGKILL)
    events.wait_for("recording_restarted", recording="demo")
    (second,) = recorders_of(scene.node)
    os.kill(second, signal.SIGKILL)
    ended = events.wait_for("recording_ended")["recording"]
    assert ended["state"] == "RECORDING_STATE_FAILED"
    assert [t["code"] for t in record(scene, "show", "demo")["troubles"]] == ["crashed", "crashed"]
    assert record(scene, "start", "demo", "--raw")["name"] == "demo-2"


def test_the_hook_runs_for_each_finished_file(start_recorder, tmp_path):
    out = tmp_path / "uploaded"
    hook = script(tmp_path / "hook", f'#!/bin/sh\necho "$1 $BATON_RECORDING" >> {out}\n')
    scene = start_recorder(f"record.hook=[{hook}]")
    events = scene.node.events()
    record(scene, "start", "demo", "--raw")
    with Stream(scene["alice"], scene.source, rate=100):
        scene["bob"].receive_packets(50)
    files = record(scene, "stop", "demo", "--wait")["files"]
    for _ in files:
        done = events.wait_for("recording_hook_done", recording="demo")
        assert done["ok"], done
    told = sorted(line.split() for line in out.read_text().splitlines())
    recordings = tmp_path / "recordings/demo"
    assert told == sorted([str(recordings / file["name"]), "demo"] for file in files)


def test_old_recordings_are_deleted(start_recorder, directory):
    (directory / "notes").mkdir()
    (directory / "notes/keep").write_text("not a recording")
    scene = start_recorder("record.delete_after=1s")
    events = scene.node.events()
    record(scene, "start", "demo", "--raw")
    record(scene, "stop", "demo", "--wait")
    assert events.wait_for("recording_deleted", recording="demo")["reason"] == "delete_after"
    assert not (directory / "demo").exists()
    assert (directory / "notes/keep").exists()
    with pytest.raises(ControlError) as refusal:
        record(scene, "show", "demo")
    assert refusal.value.exit_code == NOT_FOUND


def test_below_the_watermark_no_recording_begins(start_recorder, directory):
    scene = start_recorder("record.min_free=1000000GiB")
    with pytest.raises(ControlError) as refusal:
        record(scene, "start", "demo")
    assert refusal.value.exit_code == LIMIT_REACHED
    assert "record.min_free" in refusal.value.message
    assert not list(directory.iterdir())
    failures = scene.node.metrics()
    assert failures.value("baton_recording_failures_total", reason="low_space") == 1


def test_names_lead_nowhere(start_recorder, directory):
    scene = start_recorder()
    for name in ("../escape", "/tmp/escape", ".hidden", "a/b", "{user}"):
        with pytest.raises(ControlError) as refusal:
            record(scene, "start", "demo", "--name", name)
        assert refusal.value.exit_code == REFUSED, refusal.value
    scene.node.ctl("room", "create", "..")
    assert record(scene, "start", "..", "--raw")["directory"] == str(directory / "_.")


def test_a_node_that_stops_finishes_its_recordings(start_recorder, directory):
    scene = start_recorder()
    record(scene, "start", "demo", "--raw")
    with Stream(scene["alice"], scene.source, rate=100):
        scene["bob"].receive_packets(50)
        scene.node.stop()
    assert (directory / "demo/manifest.json").exists()
    assert not list((directory / "demo").glob("*.part"))


def test_what_a_killed_node_has_left_is_finished_by_the_next(start_recorder, directory):
    scene = start_recorder()
    record(scene, "start", "demo", "--raw")
    with Stream(scene["alice"], scene.source, rate=100):
        scene["bob"].receive_packets(50)
        recorders = recorders_of(scene.node)
        for pid in recorders:
            os.kill(pid, signal.SIGSTOP)
        scene.node.child.process.kill()
        for pid in recorders:
            os.kill(pid, signal.SIGKILL)
    scene.node.child.process.wait()
    scene.node.child.kill()
    assert list((directory / "demo").glob("*.part"))
    start_recorder()
    wait_until(lambda: (directory / "demo/manifest.json").exists()
               and not list((directory / "demo").glob("*.part")), "the recording is repaired")
