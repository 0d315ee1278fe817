"""Words of the Control page: what one is looking at, task by task."""

from __future__ import annotations

from gui.pages.control.model import AgentInfo

PAPER = "Heess, Hunt, Lillicrap & Silver 2015, arXiv 1512.04455"

ABOUT = {
    "maze": (
        "A pool from above. Somewhere under water is a platform; who stands on it for five steps is thrown elsewhere "
        "and has to find it again. Trial 1 is a search; with a memory the next ones go straight there. Geometry and "
        f"rewards are ours, the idea is that of {PAPER}."
    ),
    "pendulum": (
        "A rod to swing up. What is hidden has to be worked out from what was seen and done before: the grey line is "
        f"the truth, the coloured one what a linear probe reads from the memory. After {PAPER}; equations of Gymnasium."
    ),
    "cartpole": (
        "A pole on a cart to swing up, velocities hidden. The grey lines are the truth, the coloured ones what a "
        f"linear probe reads from the memory. After {PAPER}; equations of Yang & Nguyen 2021."
    ),
    "reacher": (
        "An arm whose target is shown for two steps only. It is locked until later, so the target can be kept nowhere "
        "but in memory. After Yang & Nguyen 2021, arXiv 2110.12628; the joints' constants are ours."
    ),
    "payload": f"An arm that carries an unknown mass. After {PAPER}; constants are ours.",
    "wind": "A walk to a goal against a hidden, constant wind. After Ni et al. 2022, arXiv 2110.05038.",
    "t-maze": "A cue at the first step tells where to turn at the last. After Ni et al. 2023, arXiv 2307.03864.",
}

KINDS = {
    "lstm": "remembers with an LSTM",
    "feed-forward": "sees only the present",
    "frame-stack": "sees the last five steps",
    "full-information": "sees what is hidden too",
    "scripted": "a fixed rule",
}

REFERENCES: dict[str, tuple[tuple[str, tuple[float, ...]], ...]] = {
    "water-maze-r": (
        ("Circle, no memory", (19.3,) * 12),
        ("Circle, remembers", (19.3, *(7.4,) * 11)),
        ("Knows the platform", (6.7,) * 12),
    ),
    "water-maze-c": (
        ("Circle, no memory", (22.2,) * 12),
        ("Circle, remembers", (22.2, *(6.6,) * 11)),
        ("Knows the platform", (5.4,) * 12),
    ),
}
"""Mean steps by trial of scripted agents over 1000 episodes (``athanor run control --set agent=circle ...``)."""


def origin(agent: AgentInfo) -> str:
    """Where a policy comes from, where that is not reinforcement learning."""
    if agent.algorithm != "imitation":
        return ""
    return "; taught by a scripted agent (imitation, not reinforcement learning)"


def result_words(result: dict, maze: bool) -> str:
    """The evaluation in one line."""
    mean, sem = result.get("return_mean"), result.get("return_sem")
    if mean is None:
        return ""
    words = f"{result.get('episodes', 0)} fresh episodes: return {mean:.4g}"
    words += f" ± {sem:.2g}" if sem is not None else ""
    if maze and result.get("latency_ratio") is not None:
        words += f", latency ratio {result['latency_ratio']:.2f}"
    wiped = result.get("wiped")
    if isinstance(wiped, dict) and wiped.get("return_mean") is not None:
        words += f" · memory wiped at each {wiped.get('wipe')}: {wiped['return_mean']:.4g}"
        if maze and wiped.get("latency_ratio") is not None:
            words += f", ratio {wiped['latency_ratio']:.2f}"
    return words
