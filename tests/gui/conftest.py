"""The whole program, real engine process included, for tests of the window."""

import pytest

from gui.application import Application, make_qt, options


@pytest.fixture
def make_application(qapp):
    """Build the program as a start with these options would; it is shown, and taken apart after the test."""
    made = []

    def make(*arguments, page="settings"):
        make_qt()
        whole = Application(qapp, options([*arguments, "--page", page]))
        whole.window.resize(1280, 800)
        made.append(whole)
        whole.show()
        return whole

    yield make
    for whole in made:
        whole.close()


@pytest.fixture
def whole(make_application):
    """The program on its settings page, with an engine process."""
    return make_application()


@pytest.fixture
def run_job(qtbot):
    """Run one job to its end and return its last state."""
    from engine.service.jobs import Job

    def run(whole, seconds=30, **settings):
        job = whole.engine.submit(Job("pulse", {"steps": 5, "rate_hz": 500.0, **settings}, title="Engine check"))

        def ended():
            state = whole.engine.snapshot.job(job)
            return state is not None and state.ended

        qtbot.waitUntil(ended, timeout=seconds * 1000)
        return whole.engine.snapshot.job(job)

    return run
