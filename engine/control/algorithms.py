"""RDPG, RSVG(0) and their modern forms: one learner, and these switches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Algorithm:
    """Switches of the learner.

    Attributes
    ----------
    stochastic
        The policy adds its own noise, through which its gradient passes (stochastic value gradient, no model step).
    twin
        Two critics; the lesser counts.
    entropy
        The policy's entropy is rewarded, at a temperature that settles by itself.
    every
        Critic updates per actor update.
    smoothing
        Standard deviation of the noise on the target's actions, clipped at 2.5 times that.
    """

    title: str
    stochastic: bool = False
    twin: bool = False
    entropy: bool = False
    every: int = 1
    smoothing: float = 0.0


ALGORITHMS: dict[str, Algorithm] = {
    "rdpg": Algorithm("RDPG (recurrent deterministic policy gradient)"),
    "rsvg0": Algorithm("RSVG(0) (recurrent stochastic value gradient)", stochastic=True),
    "rtd3": Algorithm("Recurrent TD3", twin=True, every=2, smoothing=0.2),
    "rsac": Algorithm("Recurrent SAC", stochastic=True, twin=True, entropy=True),
}
"""By name. RDPG and RSVG(0): Heess et al. 2015; the others: Yang & Nguyen 2021, Ni et al. 2022."""
