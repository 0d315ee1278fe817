"""The Python that makes the figures of the page: records in, the same groups, numbers and intervals out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.pages.runs.figures import Answer
    from gui.pages.runs.listing import Listing


def python_lines(runs_folder: Path, listing: Listing, found: Answer, ticked: list[str]) -> str:
    """A script that needs Athanor and matplotlib."""
    question = found.question
    key, keys = question.metric.key, list(listing.keys)
    lines = [
        "import matplotlib.pyplot as plt",
        "import numpy as np",
        "",
        "from engine.runs import RunIndex",
        "from engine.runs.columns import RunColumns",
        "from engine.runs.comparison import compare, group_runs",
        "from engine.runs.curves import group_curves, values_at",
        "from engine.runs.expression import find",
        "",
        f"runs_folder = {str(runs_folder)!r}",
        "index = RunIndex(runs_folder)",
        "index.refresh()",
        f"runs = RunColumns(index.list(archived={listing.archived}), index.curve_figures(60))",
        f"chosen = np.flatnonzero(find({listing.good!r}, runs)).tolist()",
    ]
    if listing.experiment:
        lines.append(f"chosen = [place for place in chosen if runs.rows[place].experiment == {listing.experiment!r}]")
    if ticked:
        lines.append(f"chosen = [place for place in chosen if runs.rows[place].id in {set(ticked)!r}]")
    lines.append(f"groups = group_runs(runs, chosen, {keys!r})")
    values = "None"
    if question.metric.choice == "at step":
        values = "values"
        ids = "[row.id for row in runs.rows]"
        lines.append(f"values = values_at(index.runs_folder, {ids}, {question.metric.name!r}, {question.metric.step})")
    lines += [
        f"found = compare(runs, groups, {key!r}, higher_is_better={question.higher}, values={values})",
        "",
        'figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4), layout="constrained")',
        "for row, each in enumerate(found.figures):",
        '    print(f"{each.group.label}: interquartile mean {each.iqm.estimate:.5g} "',
        '          f"({each.iqm.low:.5g} to {each.iqm.high:.5g}), {each.words}")',
        "    left.plot([each.iqm.low, each.iqm.high], [row, row], linewidth=8, alpha=0.4)",
        '    left.plot(each.iqm.estimate, row, "k|", markersize=14)',
        "left.set_yticks(range(len(found.figures)), [each.group.label for each in found.figures])",
        f"left.set_xlabel({f'interquartile mean of {question.metric.words}, 95 % bootstrap interval'!r})",
        "for each, profile in zip(found.figures, found.profiles):",
        "    if profile is not None:",
        '        label = f"{each.group.label} ({each.count} of {each.runs})"',
        "        middle.plot(profile.thresholds, profile.fraction, label=label)",
        "        middle.fill_between(profile.thresholds, profile.low, profile.high, alpha=0.2)",
        f"middle.set_xlabel({f'{question.metric.words} above'!r})",
        'middle.set_ylabel("share of runs")',
        "middle.legend()",
    ]
    if question.curve:
        lines += [
            "ids = [[runs.rows[place].id for place in each.group.places] for each in found.figures]",
            f"for each, curve in zip(found.figures, group_curves(index.runs_folder, ids, {question.curve!r})):",
            '    right.plot(curve.steps, curve.band.mean, label=f"{each.group.label} ({curve.count} of {curve.runs})")',
            "    right.fill_between(curve.steps, curve.band.low, curve.band.high, alpha=0.2)",
            'right.set_xlabel("step")',
            f"right.set_ylabel({question.curve!r})",
            "right.legend()",
        ]
    lines += ["index.close()", 'figure.savefig("runs.svg")', ""]
    return "\n".join(lines)
