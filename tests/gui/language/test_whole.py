"""The page with the real engine process: a run from the button to the turn, and an endpoint that cannot be reached."""

import subprocess
import sys
from pathlib import Path

from gui.pages.language.session import Session
from gui.pages.language.setup import OWN_ADDRESS, Condition, Model, Setup
from gui.pages.language.toolbar import WORLD

SMALL = Condition(summary=True, trials=2, steps=6)


def test_a_run_is_read_while_it_grows(make_application):
    whole = make_application(page="language")
    page, wait = whole.window.page, whole.workspace.wait
    page.begin(Setup(Model(), SMALL, episodes=2))
    session = page.session
    assert wait(lambda: page.reading is not None and len(page.reading.evaluation.episodes) == 2, 60)
    assert wait(lambda: session.state.ended and page.session is None, 20)
    assert session.state.status == "finished"
    reading = page.reading
    assert reading.course is not None
    assert reading.evaluation.ended(0)["score"] >= 0
    assert wait(lambda: len(page.figures.groups) == 1, 20)
    assert page.talks.transcript.cards
    assert page.transport.isVisible()


def test_an_endpoint_that_cannot_be_reached_is_said_clearly(make_application):
    whole = make_application(page="language")
    page, wait = whole.window.page, whole.workspace.wait
    told = []
    whole.workspace.error_raised.connect(lambda *words: told.append(words))
    model = Model("endpoint", "m", OWN_ADDRESS, "http://127.0.0.1:9/v1")
    settings = Setup(model, SMALL, episodes=1).configuration() | {"attempts": 1, "timeout": 2.0}
    page.follow(Session.begin(whole.workspace.engine, "text-alchemy", settings, "unreachable", 0))
    assert wait(lambda: told, 60)
    assert wait(lambda: page.session is None, 10)
    title, kept, why, _ = told[0]
    assert "failed" in title
    assert "kept" in kept
    assert "endpoint/m did not answer" in why
    assert "connection" in why
    assert why in page.talks.transcript.message
    assert len(told) == 1


def test_the_window_imports_no_engine_of_models():
    code = (
        "import os, sys\n"
        "os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "import gui.pages.language.page, gui.pages.language.tour\n"
        "heavy = {'torch', 'numba', 'openai', 'xllamacpp', 'keyring', 'pyqtgraph'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_game_by_hand_is_found_again_step_by_step(make_application):
    whole = make_application(page="language")
    page, wait = whole.window.page, whole.workspace.wait
    page.show_view(WORLD)
    worlds = page.worlds
    worlds.begin(seed=4)
    while not worlds.games[-1].over:
        worlds.propose(worlds.games[-1].board(hint=True).best)
    played = worlds.games
    engine = whole.workspace.engine
    assert wait(lambda: not worlds.play.waiting, 60)
    worlds.play.finish()
    assert wait(lambda: engine.snapshot.job(worlds.play.job).ended, 20)
    page.open_record(Path(engine.snapshot.job(worlds.play.job).record).name)
    assert [game.situation for game in worlds.games] == [game.situation for game in played]
    assert worlds.games[-1].hidden == played[-1].hidden
