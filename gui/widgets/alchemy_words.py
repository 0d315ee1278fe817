"""Words, letters and numbers of the Alchemy bench, as every picture of it uses them.

The integers are those of a trace: action 0 ends the trial, ``13 * stone + 1`` puts a stone into the cauldron and
``13 * stone + slot + 2`` puts it into a potion. A test holds them equal to the engine's.
"""

from __future__ import annotations

from gui.translation import tr

STONES = 3
POTIONS = 12
CAULDRON = 12  # the place after the last potion slot
ACTIONS = 1 + STONES * (POTIONS + 1)

COLOURS = (tr("red"), tr("green"), tr("orange"), tr("yellow"), tr("pink"), tr("turquoise"))
LETTERS = "RGOYPT"
SHADES = (tr("purple"), tr("blurple"), tr("blue"))
SIZES = (tr("small"), tr("medium"), tr("large"))
SHAPES = (tr("pointy"), tr("somewhat pointy"), tr("round"))

VALUES = (-3, -1, -1, 1, -1, 1, 1, 15)  # what the cauldron pays for each vertex of the cube
EDGES = tuple((a, b) for a in range(8) for b in range(a + 1, 8) if (a ^ b).bit_count() == 1)
AXIS_OF_EDGE = tuple((a ^ b).bit_length() - 1 for a, b in EDGES)


def encode(stone: int, place: int) -> int:
    """Action that puts ``stone`` (0..2) into potion slot ``place`` (0..11) or into the cauldron (12)."""
    return 13 * stone + (1 if place == CAULDRON else place + 2)


def decode(action: int) -> tuple[int, int] | None:
    """Stone and place of an action; None for the end of the trial."""
    if action <= 0:
        return None
    stone, rest = divmod(action - 1, 13)
    return stone, CAULDRON if rest == 0 else rest - 1


def stone_words(appearance: tuple[int, int, int]) -> tuple[str, str]:
    """Two short lines: size and colour, shape."""
    shade, size, shape = (value + 1 for value in appearance)
    return tr("{size} {colour}", size=SIZES[size], colour=SHADES[shade]), SHAPES[shape]


def signed(value: float, digits: int = 0) -> str:
    """A number with its sign, with a true minus; zero has none."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return ("−" if value < 0 else "+") + text


def number(value: float, digits: int = 0) -> str:
    """A number with thousands separated and a true minus; zero has no sign."""
    text = f"{abs(value):,.{digits}f}"
    return "−" + text if value < 0 and text.strip("0.,") else text


def place_words(place: int, colours: tuple[int, ...]) -> str:
    """Name of a potion slot by its colour, or cauldron."""
    if place == CAULDRON:
        return tr("cauldron")
    return COLOURS[colours[place]] if colours[place] >= 0 else tr("empty slot")


def action_words(action: int, colours: tuple[int, ...]) -> str:
    """One action as people say it, such as ``stone 2 → red``; ``colours`` are the potions before it."""
    chosen = decode(action)
    if chosen is None:
        return tr("end trial")
    stone, place = chosen
    return tr("stone {stone} → {place}", stone=stone + 1, place=place_words(place, colours))
