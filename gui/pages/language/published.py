"""Figures that others published, to be laid beside one's own; nothing in here was measured by this program.

The study itself (Ke et al. 2024, arXiv 2412.06438) gives its scores by model and trial only as pictures; they were not
recovered, so none are shown. The numbers below are those of the public replication (Racktic/alchemy-eval-logs): the
mean over trials of the score relative to the oracle, on 20 episodes whose graph has 7 open edges, with standard errors
where they are given. The episodes are others than those played here.
"""

from __future__ import annotations

from dataclasses import dataclass

from gui.translation import tr

NOT_RECOVERED = tr(
    "The study (Ke et al. 2024) shows its scores by model and trial as pictures only; its numbers were not recovered."
)
SOURCE = tr("Published: Racktic/alchemy-eval-logs, 20 hard episodes (7 open edges), other episodes than yours.")


@dataclass(frozen=True)
class Published:
    """One published figure: share of the oracle's score, its standard error and improvement where given (else None).

    ``improvement`` is the mean of trials 6 to 10 minus trial 1, relative to the oracle.
    """

    model: str
    condition: str
    share: float
    error: float | None
    improvement: float | None


PUBLISHED = (
    Published("claude-opus-4-8", tr("no prior, no summary"), 0.674, 0.034, 0.267),
    Published("claude-opus-4-8", tr("prior, no summary"), 0.751, 0.028, 0.286),
    Published("claude-opus-4-8", tr("summary alone shown"), 0.567, None, 0.194),
    Published("claude-opus-4-8", tr("structured summary alone shown"), 0.618, None, 0.089),
    Published("claude-opus-4-8", tr("summary"), 0.630, None, 0.260),
    Published("claude-opus-4-8", tr("structured summary"), 0.725, None, 0.318),
    Published("qwen3.5-4b", tr("no prior, no summary"), 0.270, None, -0.039),
    Published("qwen3.5-4b", tr("prior, no summary"), 0.295, None, -0.065),
    Published("qwen3.5-4b", tr("summary alone shown"), 0.181, None, -0.112),
    Published("qwen3.5-4b", tr("structured summary alone shown"), 0.319, None, 0.084),
    Published("qwen3-4b-instruct", tr("no prior, no summary"), 0.260, 0.028, 0.113),
)
