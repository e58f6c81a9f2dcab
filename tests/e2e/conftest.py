"""Fixtures: a node on each back end, children that end with their test, failures that explain."""

import contextlib
import signal

import pytest

pytest.register_assert_rewrite("harness")  # before its modules are imported

from harness import builds
from harness.children import ChildFailed, Children
from harness.node import Node
from harness.participants import Participant
from harness.tap import Tap

_DEFAULT_LIMIT = 60

# Children inherit what is ignored, and whoever runs the tests in the background ignores these.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(number) is signal.SIG_IGN:
        is_interrupt = number == signal.SIGINT
        signal.signal(number, signal.default_int_handler if is_interrupt else signal.SIG_DFL)


@pytest.fixture
def children(tmp_path):
    """Child processes of this test; none outlives it."""
    family = Children(tmp_path)
    yield family
    family.kill_all()


@pytest.fixture(scope="session")
def refusal_of_uring(tmp_path_factory):
    """Why this machine has no io_uring for us; empty if it has."""
    family = Children(tmp_path_factory.mktemp("probe"))
    try:
        node = Node(family, builds.build_directory(), "--dev", "--ephemeral", "--io", "uring")
        node.stop()
        return ""
    except ChildFailed as refusal:
        if "io_uring" not in str(refusal):
            raise
        return str(refusal)
    finally:
        family.kill_all()


@pytest.fixture(params=["uring", "epoll"])
def io(request):
    """The back end; a test that has it runs on each."""
    if request.param == "uring" and (refusal := request.getfixturevalue("refusal_of_uring")):
        pytest.skip(f"no io_uring here: {refusal}")
    return request.param


@pytest.fixture
def start_node(children, request):
    """start_node(*flags) starts a batond for a developer's machine on free ports, unless told
    otherwise. All are stopped, and must end well, when the test ends."""
    nodes = []

    def start(*flags, build=None, basic=("--dev", "--ephemeral"), under=()):
        name = "batond" if not nodes else f"batond-{len(nodes)}"
        node = Node(children, build or builds.build_directory(), *basic, *flags, name=name,
                    under=under)
        nodes.append(node)
        return node

    request.node.baton_nodes = nodes
    yield start
    with contextlib.ExitStack() as all_of_them:
        for node in nodes:
            if node.child.process.stdout.closed:
                continue
            all_of_them.callback(node.stop)


@pytest.fixture
def node(start_node, io):
    """A node on the back end `io`."""
    started = start_node("--io", io)
    assert started.ready["io"] == io
    return started


@pytest.fixture
def participant():
    """participant() makes a raw socket, participant("::1") one there; all are closed at the end."""
    with contextlib.ExitStack() as sockets:
        yield lambda *where: sockets.enter_context(contextlib.closing(Participant(*where)))


@pytest.fixture
def tap(node):
    """tap() and tap("HOST:PORT") make a wire between the node and an endpoint, with that player on
    it; all are closed at the end."""
    with contextlib.ExitStack() as taps:
        yield lambda *player: taps.enter_context(contextlib.closing(Tap(node, *player)))


# --------------------------------------------------------------------------- each phase is bounded


def _limit_of(item):
    marker = item.get_closest_marker("limit")
    return marker.args[0] if marker else _DEFAULT_LIMIT


@contextlib.contextmanager
def _time_limit(item):
    seconds = _limit_of(item)

    def expire(*_):
        raise TimeoutError(f"the test took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    with _time_limit(item):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    with _time_limit(item):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    with _time_limit(item):
        yield


# ------------------------------------------------------------------------------- failures explain


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what its nodes said and counted, and what its other children said."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed or call.when != "call":
        return
    nodes = getattr(item, "baton_nodes", [])
    for node in nodes:
        for what, text in node.describe():
            report.sections.append((f"{node.child.name}: {what}", text))
    family = item.funcargs.get("children")
    for child in family.all if family else []:
        if child not in [node.child for node in nodes] and (text := child.err()):
            report.sections.append((f"{child.name}: standard error", text))
