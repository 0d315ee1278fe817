"""Runs the Feature World view: a person's game with steps back and forth, agents' games from their records."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from engine.errors import BadInput
from gui.pages.language.session import FEATURES, Play, Session
from gui.pages.language.setup import SCRIPTED
from gui.pages.language.world import LANGUAGE, Game, Recorded, exact_steps
from gui.pages.language.world_view import WorldView
from gui.translation import tr

if TYPE_CHECKING:
    from engine.feature_world.world import World
    from gui.pages.language.page import LanguagePage

WATCHED = 20


class Worlds(QObject):
    """``games`` are the situations of the game on screen in order, ``step`` the one shown, ``recorded`` where it comes
    from (None: a person plays).
    """

    def __init__(self, page: LanguagePage) -> None:
        super().__init__(page)
        self._page = page
        self.view = WorldView()
        self.games: list[Game] = []
        self.step = 0
        self.recorded: Recorded | None = None
        self.episode = 0
        self.session: Session | None = None
        self.play: Play | None = None
        self._wanted: tuple[dict[str, Any], int] = ({}, 0)
        self._exact: dict[World, dict[str, float]] = {}
        view = self.view
        view.new_clicked.connect(self.begin)
        view.watch_clicked.connect(self.watch)
        view.proposed.connect(self.propose)
        view.moved.connect(self.move)
        view.episode_chosen.connect(self.show_episode)
        view.hint_toggled.connect(self.draw)

    @Slot()
    def begin(self, seed: int = -1) -> None:
        """A new game on the world that is set up."""
        view, settings = self.view, self._settings()
        seed = seed if seed >= 0 else random.randrange(2**31)
        try:
            game = Game.begin(**settings, seed=seed)
        except BadInput as problem:
            self._page.workspace.show_error(str(problem), "", tr("Choose a smaller world"))
            return
        if self.play is not None:
            self.play.finish()
        self.play, self._wanted = None, (settings, seed)
        self.recorded, self.games, self.step = None, [game], 0
        self._work_out(game.world)
        self.draw()
        view.board.setFocus()

    def _settings(self) -> dict[str, Any]:
        view = self.view
        return {
            "dimensions": view.dimensions.value(),
            "values": view.values.value(),
            "kind": view.kind.currentData(),
            "goal": view.goal.currentData(),
        }

    def _keep(self, chosen: int) -> None:
        """Let the engine record a proposal; the first one of a game begins its record."""
        if self.play is None:
            self.play = Play.begin(self._page.workspace.engine, *self._wanted)
        self.play.propose(self.step, chosen)
        self.play.look()

    def _work_out(self, world: World) -> None:
        if world in self._exact:
            return

        def done(found: dict[str, float]) -> None:
            self._exact[world] = found
            self.draw()

        self._page.workspace.loader.load("language-world", lambda: exact_steps(world), done)

    @Slot(int)
    def propose(self, chosen: int) -> None:
        """The person's next object; what was taken back before is forgotten."""
        if self.games and self.recorded is None:
            game = self.games[self.step].propose(chosen)
            if game is not self.games[self.step]:
                self._keep(chosen)
                self.games = [*self.games[: self.step + 1], game]
                self.step += 1
                self.draw()

    @Slot(int)
    def move(self, by: int) -> None:
        """A step back or forth."""
        self.step = min(max(self.step + by, 0), max(len(self.games) - 1, 0))
        self.draw()

    @Slot(str)
    def watch(self, agent: str) -> None:
        """Let an agent play the world that is set up."""
        settings = {"agent": agent, **self._settings(), "episodes": WATCHED}
        if agent != LANGUAGE:
            self._begin_watching(settings, agent.replace("-", " "))
            return
        setup = self._page.setup.setup
        if setup.model.kind == SCRIPTED or setup.model.problem:
            why = setup.model.problem or tr("The scripted agents of the set-up speak Alchemy only")
            self._page.workspace.show_error(tr("No language model is chosen"), why, tr("Choose one under Set-up"))
            return
        settings |= {**setup.answering(), "episodes": min(setup.episodes, WATCHED)}
        self._page.with_key(setup, lambda: self._begin_watching(settings, setup.model.setting))

    def _begin_watching(self, settings: dict[str, Any], who: str) -> None:
        title = tr("Feature World, {who}", who=who)
        self.session = Session.begin(self._page.workspace.engine, FEATURES, settings, title, random.randrange(2**31))
        self.view.watch.setEnabled(False)

    def open(self, folder: Path) -> None:
        """Step through the games of a record; raises BadInput."""
        from engine.runs import Record

        self.recorded, self.episode = Recorded(Record.open(folder)), 0
        self.recorded.refresh()
        self.view.show_world(self.recorded.world)
        self._work_out(self.recorded.world)
        self.show_episode(0)

    @Slot(int)
    def show_episode(self, number: int) -> None:
        """Show another game of the record, from its start."""
        if self.recorded is not None:
            self.episode, self.step = number, 0
            self.games = self.recorded.games(number)
            self.draw()

    def on_frame(self) -> None:
        """Open what an agent plays once it has ended."""
        if self.play is not None:
            self.play.look()
        session = self.session
        if session is None:
            return
        if session.running:
            self.view.watch.setText(session.words.capitalize())
            return
        self.view.watch.setText(tr("Watch"))
        state, self.session = session.state, None
        self.view.watch.setEnabled(True)
        if session.failed is None and state is not None and state.record:
            self.open(Path(state.record))

    @Slot()
    def draw(self) -> None:
        """Show the game at the step."""
        if self.games:
            game = self.games[self.step]
            self.view.show_game(game, self.step, len(self.games) - 1, self._exact.get(game.world, {}))
            self.view.show_record(self.recorded, self.episode)
            self.view.show_talk([] if self.recorded is None else self.recorded.talk(self.episode), self.step)
