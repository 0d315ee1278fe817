"""What a learning agent remembers on the line shown, and the branch in which it has forgotten some of it. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from gui.pages.alchemy.model import Path, Situations
from gui.translation import tr
from gui.widgets.cells import CellsState
from gui.widgets.recollection import ERASED, Fact, RecollectionState
from gui.widgets.time_axis import TimeAxis

if TYPE_CHECKING:
    from gui.pages.alchemy.page import AlchemyPage

Rows = list[tuple[int, np.void]]


def remembered(situations: Situations, path: Path, agent: str) -> Rows:
    """Position and row of the table memories at each situation of a path where its agent could be looked into."""
    return _along(situations, path, agent, situations.memory)


def _along(situations: Situations, path: Path, agent: str, look: Callable[[int, int], np.void | None]) -> Rows:
    """What ``look`` finds for the one who moved next in each situation of a path."""
    found: Rows = []
    index = situations.agent_index(agent)
    for row, position, following in zip(path.rows, path.positions, (*path.rows[1:], -1), strict=True):
        mover = int(situations.nodes["agent"][following]) if following >= 0 else index
        if (seen := look(row, mover)) is not None:
            found.append((position, seen))
    return found


def cells_state(situations: Situations, path: Path, agent: str, position: int, axis: TimeAxis) -> CellsState | None:
    """Words or units of a memory along a path; None where the agent has none that can be looked into.

    Where agents with different memories moved along the path, the last one's is shown.
    """
    rows = _along(situations, path, agent, situations.cells)
    if not rows:
        return None
    kind = (int(rows[-1][1]["cells"]), bool(rows[-1][1]["words"]))
    rows = [(at, seen) for at, seen in rows if (int(seen["cells"]), bool(seen["words"])) == kind]
    read, wrote = (np.array([seen[name][: kind[0]] for _, seen in rows]) for name in ("read", "wrote"))
    version = (situations.record.id, path.rows[-1], len(rows))
    at = path.positions[path.index(position)]
    return CellsState(axis, kind[1], tuple(at for at, _ in rows), at, version, read, wrote)


def at_cursor(rows: Rows, position: int) -> np.void | None:
    """What was remembered at the last decision up to a position; None where there was none yet."""
    before = [memory for at, memory in rows if at <= position]
    return before[-1] if before else None


def recollection_state(
    situations: Situations, path: Path, rows: Rows, position: int, axis: TimeAxis
) -> RecollectionState | None:
    """The memory along a path; None where the agent has none of single facts."""
    now = at_cursor(rows, position)
    if now is None or not now["slots"]:
        return None
    steps = situations.steps()
    left = situations.nodes["remaining"][list(path.rows)].tolist()
    changed = {at for at, after, before in zip(path.positions[1:], left[1:], left, strict=False) if after < before}
    changed |= set(path.positions[:1])  # the first stones always tell something
    facts = []
    for slot in range(int(now["slots"])):
        written = int(now["written"][slot][0]) * steps + int(now["written"][slot][1])
        before, after = (tuple(int(v) for v in now[name][slot]) for name in ("before", "after"))
        facts.append(Fact(int(now["colours"][slot]), before, after, written, written in changed))
    weights = tuple(tuple(memory["weights"][: memory["slots"]].round(3).tolist()) for _, memory in rows)
    telling = np.array([fact.informative and fact.colour != ERASED for fact in facts])
    read = now["weights"][: len(facts)]
    so_far = [p for p in path.positions if p <= position]
    return RecollectionState(
        axis,
        tuple(facts),
        tuple(at for at, _ in rows),
        weights,
        path.positions[path.index(position)],
        round(float(read[telling].sum() / max(float(read.sum()), 1e-9)), 4),
        round(len(changed & set(so_far)) / max(len(so_far), 1), 4),
    )


def decoded(now: np.void | None) -> tuple[tuple[float, ...], ...]:
    """Probability of each latent potion (column) for each colour (row) as read from memory; empty where none is."""
    if now is None:
        return ()
    return tuple(tuple(round(float(value), 5) for value in row) for row in now["potion_marginal"])


def erase(page: AlchemyPage) -> None:
    """Erase the selected fact from the memory of the line's agent here, and let it go on from there in a new line."""
    selected = page.panels.selected if page.is_ready else None
    if selected is None:
        page.workspace.toast(tr("Click a fact or a word in the memory of a learned agent first"))
        return
    slot, words = selected
    agent = page.situations.lines[page.shown[0]].agent.partition(" (")[0]
    page.branch(tr("Forgot {words}", words=words), agent, forget=[slot])
