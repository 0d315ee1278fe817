"""Words of the Control page: what one is looking at, task by task."""

from __future__ import annotations

from gui.pages.control.model import AgentInfo
from gui.translation import tr

PAPER = tr("Heess, Hunt, Lillicrap & Silver 2015, arXiv 1512.04455")

ABOUT = {
    "maze": (
        tr(
            "A pool from above. Somewhere under water is a platform; who stands on it for five steps is thrown "
            "elsewhere and has to find it again. Trial 1 is a search; with a memory the next ones go straight there. "
            "Geometry and rewards are ours, the idea is that of {paper}.",
            paper=PAPER,
        )
    ),
    "pendulum": (
        tr(
            "A rod to swing up. What is hidden has to be worked out from what was seen and done before: the grey "
            "line is the truth, the coloured one what a linear probe reads from the memory. After {paper}; equations "
            "of Gymnasium.",
            paper=PAPER,
        )
    ),
    "cartpole": (
        tr(
            "A pole on a cart to swing up, velocities hidden. The grey lines are the truth, the coloured ones what a "
            "linear probe reads from the memory. After {paper}; equations of Yang & Nguyen 2021.",
            paper=PAPER,
        )
    ),
    "reacher": (
        tr(
            "An arm whose target is shown for two steps only. It is locked until later, so the target can be kept "
            "nowhere "
            "but in memory. After Yang & Nguyen 2021, arXiv 2110.12628; the joints' constants are ours."
        )
    ),
    "payload": tr("An arm that carries an unknown mass. After {paper}; constants are ours.", paper=PAPER),
    "wind": tr("A walk to a goal against a hidden, constant wind. After Ni et al. 2022, arXiv 2110.05038."),
    "t-maze": tr("A cue at the first step tells where to turn at the last. After Ni et al. 2023, arXiv 2307.03864."),
}

KINDS = {
    "lstm": tr("remembers with an LSTM"),
    "feed-forward": tr("sees only the present"),
    "frame-stack": tr("sees the last five steps"),
    "full-information": tr("sees what is hidden too"),
    "scripted": tr("a fixed rule"),
}

REFERENCES: dict[str, tuple[tuple[str, tuple[float, ...]], ...]] = {
    "water-maze-r": (
        (tr("Circle, no memory"), (19.3,) * 12),
        (tr("Circle, remembers"), (19.3, *(7.4,) * 11)),
        (tr("Knows the platform"), (6.7,) * 12),
    ),
    "water-maze-c": (
        (tr("Circle, no memory"), (22.2,) * 12),
        (tr("Circle, remembers"), (22.2, *(6.6,) * 11)),
        (tr("Knows the platform"), (5.4,) * 12),
    ),
}
"""Mean steps by trial of scripted agents over 1000 episodes (``athanor run control --set agent=circle ...``)."""


def origin(agent: AgentInfo) -> str:
    """Where a policy comes from, where that is not reinforcement learning."""
    if agent.algorithm != "imitation":
        return ""
    return tr("; taught by a scripted agent (imitation, not reinforcement learning)")


def result_words(result: dict, maze: bool) -> str:
    """The evaluation in one line."""
    mean, sem = result.get("return_mean"), result.get("return_sem")
    if mean is None:
        return ""
    words = tr("{value} fresh episodes: return {mean:.4g}", value=result.get("episodes", 0), mean=mean)
    words += f" ± {sem:.2g}" if sem is not None else ""
    if maze and result.get("latency_ratio") is not None:
        words += tr(", latency ratio {latency_ratio:.2f}", latency_ratio=result["latency_ratio"])
    wiped = result.get("wiped")
    if isinstance(wiped, dict) and wiped.get("return_mean") is not None:
        words += tr(
            " · memory wiped at each {value}: {return_mean:.4g}",
            value=wiped.get("wipe"),
            return_mean=wiped["return_mean"],
        )
        if maze and wiped.get("latency_ratio") is not None:
            words += tr(", ratio {latency_ratio:.2f}", latency_ratio=wiped["latency_ratio"])
    return words
