"""Where a person reads: episode, cursor, chosen message, filter and search, all in step with each other. No Qt."""

from __future__ import annotations

from gui.pages.language.cards import Cards, row_of
from gui.pages.language.course import Course, course_of
from gui.pages.language.model import Evaluation
from gui.pages.language.transcripts import ANSWER, STATE, search
from gui.widgets.transcript_card import Card

COUNTED = 20_000  # messages of a record up to which a search counts in every episode


class Reading:
    """One evaluation as it is read.

    Attributes: ``episode`` shown, ``course`` its situations (None where it was not traced), ``position`` of the cursor,
    ``key`` of the chosen message (-1 none), ``following`` whether the newest turn is kept in view, ``filter`` and
    ``words`` looked for, ``found`` keys of the messages that have them and ``counts`` of them by episode.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.episode = min(evaluation.talks, default=0)
        self.course: Course | None = None
        self.position = 0
        self.key = -1
        self.following = False
        self.filter = "all"
        self.words = ""
        self.found: list[int] = []
        self.counts: dict[int, int] = {}
        self._cards = Cards(evaluation, self.episode)
        self.refresh()

    @property
    def cards(self) -> list[Card]:
        """Cards of the episode under the filter."""
        return self._cards.cards

    @property
    def messages(self):
        """Messages of the episode by key."""
        return self._cards.messages

    def refresh(self) -> None:
        """Take in what the record has grown by."""
        self._cards.refresh()
        self.course = course_of(self.evaluation, self.episode)
        if self.words:
            self.look_for(self.words)
        if self.following and self.course is not None:
            self.go_to(self.course.positions[-1], follow=True)
        elif self.key < 0:
            self._choose_for(self.index)

    @property
    def index(self) -> int:
        """Place of the cursor in the course."""
        return 0 if self.course is None else self.course.index(self.position)

    def show_episode(self, number: int) -> None:
        """Read another episode from its start, or from its end while it is followed."""
        if number == self.episode:
            return
        self.episode, self.position, self.key = number, 0, -1
        self._cards = Cards(self.evaluation, number, self.filter)
        self.refresh()

    def show_filter(self, chosen: str) -> None:
        """Show another choice of messages."""
        self.filter = chosen
        self._cards = Cards(self.evaluation, self.episode, chosen)
        self._cards.refresh()
        self.look_for(self.words)

    def choose(self, key: int) -> None:
        """Read one message: the cursor goes to the situation it shows or leads to."""
        message = self.messages.get(key)
        if message is None:
            return
        self.key, self.following = key, False
        row = row_of(self.evaluation, self.episode, message)
        place = self.course.index_of(row) if self.course is not None and row >= 0 else None
        if place is not None:
            self.position = self.course.positions[place]

    def go_to(self, position: int, *, follow: bool = False) -> None:
        """Move the cursor; the message that shows the situation there is chosen."""
        self.position, self.following = position, follow
        if self.course is not None:
            self._choose_for(self.course.index(position))

    def _choose_for(self, index: int) -> None:
        if self.course is None:
            return
        row = self.course.rows[index]
        shown = [message for message in self.messages.values() if message.kind == STATE and message.node == row]
        if shown:
            self.key = shown[0].number
            return
        for message in reversed(list(self.messages.values())):  # the last situation has no message of its own
            if message.kind == ANSWER and row_of(self.evaluation, self.episode, message) == row:
                self.key = message.number
                return

    def look_for(self, words: str) -> None:
        """Search the shown messages, and count in the other episodes of a record that is not too large."""
        self.words = words
        shown = [self.messages[card.key] for card in self.cards if card.key in self.messages]
        self.found = [shown[place].number for place in search(shown, words)]
        talks = self.evaluation.talks
        small = sum(len(talk.messages) for talk in talks.values()) <= COUNTED
        every = words.strip() and small
        self.counts = {n: len(search(talk.messages, words)) for n, talk in talks.items()} if every else {}

    def find(self, by: int) -> int | None:
        """Choose the next (+1) or previous (-1) place found, round the end; returns its number from 0."""
        if not self.found:
            return None
        if self.key in self.found:
            place = (self.found.index(self.key) + by) % len(self.found)
        else:
            later = [k for k, key in enumerate(self.found) if key > self.key]
            place = (later[0] if later else 0) if by > 0 else ((later[0] if later else len(self.found)) - 1)
        self.choose(self.found[place])
        return place % len(self.found)
