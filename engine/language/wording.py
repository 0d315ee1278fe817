"""How the game is put into words: vocabularies and line formats, each of which can be read back.

The layout of *paper* follows what is known of Ke et al. 2024 (arXiv 2412.06438, section on text Alchemy): stones as
"index: colour size shape with reward +n", all twelve potion slots with used ones shown as none. *opaque* uses invented
words, so that nothing a model has read about colours or potions can help it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.alchemy.chemistry import AXIS_WORDS, COLOUR_NAMES
from engine.alchemy.words import VALUES

AxisWords = tuple[tuple[str, str, str], tuple[str, str, str], tuple[str, str, str]]

INDICATORS = {value: indicator for indicator, value in VALUES.items()}
"""The indicator behind each reward a stone can show."""


@dataclass(frozen=True)
class Wording:
    """One way to say what is on the table.

    Attributes: ``axes`` the words for the three values of each appearance axis, ``colours`` of the six potions, and
    four line formats with the fields {number}, {a} {b} {c} (appearance), {reward} and {potion}.
    """

    title: str
    summary: str
    stone: str
    gone: str
    potion: str
    used: str
    axes: AxisWords = AXIS_WORDS
    colours: tuple[str, ...] = COLOUR_NAMES

    def appearance(self, values: Sequence[int]) -> str:
        """A stone's looks, such as "blue small round"."""
        return " ".join(self.axes[axis][int(value) + 1] for axis, value in enumerate(values))

    def stone_line(self, number: int, appearance: Sequence[int] | None, indicator: int = 0) -> str:
        """A stone of the list; None for one that is gone."""
        if appearance is None:
            return self.gone.format(number=number)
        a, b, c = (self.axes[axis][int(value) + 1] for axis, value in enumerate(appearance))
        return self.stone.format(number=number, a=a, b=b, c=c, reward=f"{VALUES[int(indicator)]:+d}")

    def potion_line(self, number: int, colour: int) -> str:
        """A potion of the list; -1 for one that is used."""
        line = self.used if colour < 0 else self.potion
        return line.format(number=number, potion=self.colours[max(colour, 0)])

    def read_stone(self, line: str) -> tuple[tuple[int, int, int], int] | None:
        """Appearance and indicator of a stone's line, None for a stone that is gone; else raises ValueError."""
        if found := self._stone.fullmatch(line):
            a, b, c = (self.axes[axis].index(found["abc"[axis]]) - 1 for axis in range(3))
            return (a, b, c), INDICATORS[int(found["reward"])]
        if self._gone.fullmatch(line):
            return None
        raise ValueError(f"not a stone: {line[:80]!r}")

    def read_potion(self, line: str) -> int:
        """Colour of a potion's line, -1 for a used one; else raises ValueError."""
        if found := self._potion.fullmatch(line):
            return self.colours.index(found["potion"])
        if self._used.fullmatch(line):
            return -1
        raise ValueError(f"not a potion: {line[:80]!r}")

    @cached_property
    def _fields(self) -> dict[str, str]:
        fields = {"abc"[axis]: "|".join(map(re.escape, words)) for axis, words in enumerate(self.axes)}
        fields |= {"number": r"\d+", "reward": r"[+-](?:15|3|1)", "potion": "|".join(map(re.escape, self.colours))}
        return {name: f"(?P<{name}>{pattern})" for name, pattern in fields.items()}

    def _pattern(self, line: str) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", line)
        return re.compile("".join(self._fields[part] if k % 2 else re.escape(part) for k, part in enumerate(parts)))

    @cached_property
    def _stone(self) -> re.Pattern[str]:
        return self._pattern(self.stone)

    @cached_property
    def _gone(self) -> re.Pattern[str]:
        return self._pattern(self.gone)

    @cached_property
    def _potion(self) -> re.Pattern[str]:
        return self._pattern(self.potion)

    @cached_property
    def _used(self) -> re.Pattern[str]:
        return self._pattern(self.used)


_PAPER = ("{number}: {a} {b} {c} with reward {reward}", "{number}: none", "{number}: {potion}", "{number}: none")

WORDINGS: dict[str, Wording] = {
    "paper": Wording("Paper", "lists with one line for each stone and potion slot, as in the study", *_PAPER),
    "sentences": Wording(
        "Sentences",
        "the same in whole sentences",
        "Stone {number} is {a}, {b} and {c}, and its reward is {reward}.",
        "Stone {number} is no longer there.",
        "Potion {number} is {potion}.",
        "Potion {number} is used up.",
    ),
    "compact": Wording(
        "Compact",
        "as few tokens as possible",
        "S{number} {a} {b} {c} {reward}",
        "S{number} -",
        "P{number} {potion}",
        "P{number} -",
    ),
    "opaque": Wording(
        "Opaque",
        "invented words for looks and potions, so that nothing known about colours helps",
        *_PAPER,
        axes=(("dax", "daxmip", "mip"), ("fen", "fenlor", "lor"), ("zup", "zupkel", "kel")),
        colours=("wug", "tove", "blick", "rax", "sopi", "nerm"),
    ),
}
