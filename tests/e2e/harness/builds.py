"""Where the programs under test are."""

import functools
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]

_BATOND = "cmd/batond/batond"


@functools.cache
def build_directory():
    """$BATON_BUILD, or the newer one of build/asan and build/release."""
    if named := os.environ.get("BATON_BUILD"):
        return _checked(ROOT / named, "BATON_BUILD")
    built = [d for d in (ROOT / "build/asan", ROOT / "build/release") if (d / _BATOND).exists()]
    if not built:
        raise FileNotFoundError(
            "no batond in build/asan or build/release: build it, or set BATON_BUILD"
        )
    return max(built, key=lambda directory: (directory / _BATOND).stat().st_mtime)


@functools.cache
def release_directory():
    """$BATON_RELEASE_BUILD or build/release: for loads that sanitizers are too slow for."""
    return _checked(ROOT / os.environ.get("BATON_RELEASE_BUILD", "build/release"),
                    "BATON_RELEASE_BUILD")


def _checked(directory, variable):
    if not (directory / _BATOND).exists():
        raise FileNotFoundError(f"{directory} ({variable}) has no {_BATOND}")
    return directory


def batond(build):
    return build / _BATOND


def batonctl(build):
    return build / "cmd/batonctl/batonctl"


def baton_record(build):
    return build / "cmd/baton-record/baton-record"


def fanout_check(build):
    return build / "tests/e2e/fanout_check"


def relay_cost(build):
    return build / "bench/yardsticks/relay_cost"


def baton_bench(build):
    return build / "bench/load/baton-bench"
