"""One player's conversation, and how much of it is shown again with every question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.language.model import Message, ModelError, Role
from engine.language.prompts import earlier_summary

History = Literal["full", "window", "summary"]

SILENCE = "(no answer)"
"""Stands for an empty answer in the history: endpoints refuse empty messages."""


@dataclass
class Conversation:
    """Instructions, everything said in each trial, and the newest summary.

    Attributes: ``history`` what of earlier trials is shown: *full* everything, *window* the last ``window`` trials (the
    present one among them) after the newest summary, *summary* only the newest summary and the present trial;
    ``picture`` a PNG that goes with the first message of the user in every question.
    """

    instructions: str
    history: History = "full"
    window: int = 3
    summary: str = ""
    picture: bytes = b""
    forgotten: int = 0
    _trials: list[list[Message]] = field(default_factory=lambda: [[]])

    def say(self, role: Role, text: str) -> None:
        """Add a message to the present trial."""
        self._trials[-1].append(Message(role, text if text.strip() else SILENCE))

    def new_trial(self) -> None:
        """What is said from now on belongs to the next trial."""
        self._trials.append([])

    def shorten(self) -> None:
        """Forget the older half of what is shown, where all of it is more than a model can read.

        By halves, because a model that keeps what it has read must read everything again after each cut. Raises
        ModelError where only the newest message is left.
        """
        shown = self._shown()
        cut = sum(len(trial) for trial in shown) // 2
        if not cut:
            raise ModelError("One message of the game is longer than the model can read")
        self.forgotten += cut
        for trial in shown:
            here = min(cut, len(trial))
            del trial[:here]
            cut -= here

    def messages(self) -> list[Message]:
        """What is sent: the instructions and what the history shows, user and assistant in turn."""
        shown = self._shown()
        said = [message for trial in shown for message in trial]
        if self.summary and (self.forgotten or len(shown) < len(self._trials)):
            said.insert(0, Message("user", earlier_summary(self.summary)))
        merged = [Message("system", self.instructions)]
        for message in said:
            if merged[-1].role == message.role:
                merged[-1] = Message(message.role, f"{merged[-1].text}\n\n{message.text}")
            elif message.role == "user" or len(merged) > 1:  # some endpoints want a user's message first
                merged.append(message)
        for place, message in enumerate(merged):
            if self.picture and message.role == "user":
                merged[place] = Message("user", message.text, self.picture)
                break
        return merged

    def _shown(self) -> list[list[Message]]:
        count = {"full": len(self._trials), "window": self.window, "summary": 1}[self.history]
        return self._trials[-count:]
