"""The decision at a situation: choices merged by what they do, the ideal observer's, and what was lost. No Qt in
here.
"""

from __future__ import annotations

from math import isnan, nan

import numpy as np

from gui.pages.alchemy.model import Path, Situations
from gui.pages.alchemy.states import colours_of
from gui.translation import tr
from gui.widgets.alchemy_words import ACTIONS, CAULDRON, action_words, decode
from gui.widgets.decision import Choice, DecisionState

SHOWN = 12
WAITING = tr("waiting for the ideal observer…")
Kind = tuple[int, int]  # stone and colour; colour 6 is the cauldron, stone -1 the end of the trial
END: Kind = (-1, -1)


def kind_of(action: int, colours: tuple[int, ...]) -> Kind | None:
    """What an action does: potions of one colour are the same whatever their slot. None where it does nothing."""
    chosen = decode(action)
    if chosen is None:
        return END
    stone, place = chosen
    if place == CAULDRON:
        return stone, 6
    return (stone, colours[place]) if colours[place] >= 0 else None


def kinds(situations: Situations, row: int) -> dict[Kind, int]:
    """Every different thing that can be done in a situation, with one action that does it."""
    node = situations.nodes[row]
    colours = colours_of(node)
    found: dict[Kind, int] = {}
    for action in range(ACTIONS):
        kind = kind_of(action, colours)
        if kind is not None and (kind == END or node["stones"][kind[0]] >= 0):
            found.setdefault(kind, action)
    return found


def _merged(values: np.ndarray, colours: tuple[int, ...], add: bool) -> dict[Kind, float]:
    found: dict[Kind, float] = {}
    for action, value in enumerate(values.tolist()):
        kind = kind_of(action, colours)
        if kind is not None and not isnan(value):
            found[kind] = found.get(kind, 0.0) + value if add else max(found.get(kind, value), value)
    return found


def _values(decision: np.void, colours: tuple[int, ...]) -> dict[Kind, float]:
    """Value of each kind of action. Action 0 counts as cashing now and ending the trial, not as an idle step."""
    values = _merged(decision["values"], colours, add=False)
    values.pop(END, None)
    stop = float(decision["stop_value"])
    return values if isnan(stop) else values | {END: stop}


def regret(situations: Situations, row: int, action: int) -> float:
    """Points the ideal observer expects to lose by ``action``; nan where it did not evaluate that action."""
    ideal = situations.ideal(row)
    if ideal is None:
        return nan
    colours = colours_of(situations.nodes[row])
    kind = kind_of(action, colours)
    if kind == kind_of(int(ideal["action"]), colours):
        return 0.0
    values = _values(ideal, colours)
    best = max(values.values(), default=nan)
    value = values.get(kind, nan) if kind is not None else nan
    return max(best - value, 0.0) if not isnan(value) and not isnan(best) else nan


class Regrets:
    """Sums of regrets along paths; what is known never changes, so it is kept."""

    def __init__(self, situations: Situations) -> None:
        self.situations = situations
        self._known: dict[int, float] = {}  # by the row an action led to

    def so_far(self, path: Path, index: int) -> float:
        """Sum of the regrets that are known up to a situation of a path; nan where none is."""
        total, any_known = 0.0, False
        for before, after in zip(path.rows[:index], path.rows[1 : index + 1], strict=True):
            loss = self._known.get(after)
            if loss is None:
                loss = regret(self.situations, before, int(self.situations.nodes["action"][after]))
                if isnan(loss):
                    continue
                self._known[after] = loss
            total, any_known = total + loss, True
        return total if any_known else nan


def decision_state(
    situations: Situations, path: Path, index: int, agent: str, so_far: float = nan, *, waiting: bool = False
) -> DecisionState:
    """The decision panel at a situation of a path; ``agent`` is who plays the line, ``waiting`` whether the ideal
    observer still thinks about it.
    """
    row = path.rows[index]
    node = situations.nodes[row]
    colours = colours_of(node)
    taken = situations.nodes[path.rows[index + 1]] if index + 1 < len(path.rows) else None
    mover = int(taken["agent"]) if taken is not None else situations.agent_index(agent)
    own, ideal = situations.decision(row, mover), situations.ideal(row)
    shares = _merged(own["probabilities"], colours, add=True) if own is not None else {}
    source = own if own is not None and not np.isnan(own["values"]).all() else ideal
    values = _values(source, colours) if source is not None else {}
    done = int(taken["action"]) if taken is not None else int(own["action"]) if own is not None else None
    chosen = kind_of(done, colours) if done is not None else None
    best = kind_of(int(ideal["action"]), colours) if ideal is not None else None
    possible = kinds(situations, row)
    score = shares if shares else values
    order = sorted(possible, key=lambda kind: (-score.get(kind, -1e9), kind != chosen, kind))
    choices = tuple(
        Choice(
            _words(kind, possible[kind], colours),
            kind[1] if 0 <= kind[1] < 6 else -1,
            round(shares.get(kind, nan), 6),
            round(values.get(kind, nan), 4),
            kind == chosen,
            kind == best,
        )
        for kind in order
        if score.get(kind, -1.0) > (0.0005 if shares else -1e9) or kind in (chosen, best)
    )
    return DecisionState(
        choices=choices[:SHOWN],
        others=len(possible) - len(choices[:SHOWN]),
        kind="probability" if shares else "value",
        chosen=action_words(done, colours) if done is not None and not node["done"] else "",
        ideal=action_words(int(ideal["action"]), colours) if ideal is not None else "",
        regret=regret(situations, row, done) if taken is not None and done is not None else nan,
        regret_so_far=so_far,
        place=""
        if node["done"]
        else (tr("probability of each action") if shares else tr("value of each action"))
        if score
        else WAITING
        if waiting
        else tr("no reasons recorded"),
    )


def _words(kind: Kind, action: int, colours: tuple[int, ...]) -> str:
    if kind == END:
        return tr("cash in and end trial")
    return action_words(action, colours)
