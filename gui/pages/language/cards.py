"""Makes the cards of a transcript from messages and the figures of the answers. No Qt in here."""

from __future__ import annotations

from gui.pages.language.model import Evaluation
from gui.pages.language.transcripts import ANSWER, REQUEST, STATE, SUMMARY, SYSTEM, Message, parts_of, selected
from gui.translation import tr
from gui.widgets.alchemy_words import number, signed
from gui.widgets.transcript_card import Card
from gui.words import amount, duration

TINTS = {SYSTEM: "system", STATE: "game", REQUEST: "game", ANSWER: "answer", SUMMARY: "summary"}
NAMES = {SYSTEM: tr("instructions"), STATE: tr("game"), REQUEST: tr("game"), SUMMARY: tr("summary")}
LISTS = ("Stones", "Objects")  # where the list begins that a state shows


class Cards:
    """The cards of one episode under one filter, made once for each message.

    A card whose figures had not arrived is made again until they have.
    """

    def __init__(self, evaluation: Evaluation, episode: int, chosen: str = "all") -> None:
        self.evaluation, self.episode, self.chosen = evaluation, episode, chosen
        self.cards: list[Card] = []
        self.messages: dict[int, Message] = {}
        self._seen = 0
        self._trial = -1
        self._open: list[tuple[int, Message]] = []

    def refresh(self) -> list[Card]:
        """All cards, new messages included."""
        talk = self.evaluation.talks.get(self.episode)
        fresh = talk.messages[self._seen :] if talk is not None else []
        self._seen += len(fresh)
        for message in fresh:
            self.messages[message.number] = message
            if message.kind == STATE and message.trial != self._trial:
                self._trial = message.trial
                if self.chosen == "all":
                    self.cards.append(Card(-2 - message.number, "trial", ((self._trial_words(message), ""),)))
            if selected([message], self.chosen):
                if message.question >= 0:
                    self._open.append((len(self.cards), message))
                self.cards.append(self._card(message))
        self._open = [(place, message) for place, message in self._open if not self._complete(place, message)]
        return self.cards

    def _trial_words(self, message: Message) -> str:
        changed = any(first == message.trial > 0 for _, first in self.evaluation.parts_of(self.episode))
        words = tr("Trial {trial}", trial=message.trial + 1)
        return tr("{words}, another chemistry from here on (nobody says so)", words=words) if changed else words

    def _complete(self, place: int, message: Message) -> bool:
        if self.evaluation.turn(self.episode, message.question) is None:
            return False
        self.cards[place] = self._card(message)
        return True

    def _card(self, message: Message) -> Card:
        noted = message.kind in (ANSWER, SUMMARY)
        return plain_card(message, answer_note(self.evaluation, self.episode, message) if noted else "")


def plain_card(message: Message, note: str = "") -> Card:
    """The card of a message with a note below it."""
    bad = "" if message.valid else message.reason or tr("no action in it")
    if message.kind == ANSWER:
        parts = tuple((name or "answer", words) for name, words in parts_of(message.text))
        return Card(message.number, "answer", parts, note, bad)
    parts = ((NAMES[message.kind], message.text.strip() or tr("(nothing)")),)
    return Card(message.number, TINTS[message.kind], parts, note, bad, short_of(message))


def short_of(message: Message) -> str:
    """What a folded card shows: of a state what came of the last action and the place, of instructions the start."""
    lines = message.text.strip().split("\n")
    if message.kind == SYSTEM and len(lines) > 1:
        first = lines[0]
        cut = first.find(". ", 60)
        return first[: cut + 1] if cut > 0 else first
    if message.kind == STATE:
        found = next((lines.index(heading) for heading in LISTS if heading in lines), 0)
        return "\n".join(lines[: max(found, 1)]) if found or lines[0] in LISTS else ""
    return ""


def answer_note(evaluation: Evaluation, episode: int, message: Message) -> str:
    """Figures of an answer: bits it gained, points it earned, tokens, seconds, money."""
    turn = evaluation.turn(episode, message.question)
    if turn is None:
        return ""
    words = []
    nodes, row = evaluation.situations.nodes, int(turn["next_node"])
    if message.kind == ANSWER and message.valid and message.node >= 0 and 0 <= row < len(nodes) and row != message.node:
        words.append(tr("{information} bits gained", information=number(max(float(nodes["information"][row]), 0.0), 2)))
        if turn["reward"]:
            words.append(tr("{reward} points", reward=signed(float(turn["reward"]))))
    tokens = int(turn["prompt_tokens"]), int(turn["completion_tokens"])
    if any(tokens):
        words.append(tr("{tokens} tokens read, {written} written", tokens=amount(tokens[0]), written=amount(tokens[1])))
    if turn["seconds"] >= 0.05:
        words.append(duration(float(turn["seconds"])))
    if turn["cost"]:
        words.append(f"${float(turn['cost']):.4f}")
    if turn["cached"]:
        words.append(tr("answered earlier"))
    return " · ".join(words)


def row_of(evaluation: Evaluation, episode: int, message: Message) -> int:
    """The situation a message leads to: a state's own, an answer's outcome; -1 for a message without one."""
    if message.kind in (ANSWER, SUMMARY) and message.question >= 0:
        turn = evaluation.turn(episode, message.question)
        return message.node if turn is None else int(turn["next_node"])
    return message.node
