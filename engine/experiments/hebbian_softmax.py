"""Hebbian softmax: compare an output layer whose rows are overwritten while their class is rare with a plain one.

Source: Rae, Dyer, Dayan, Lillicrap 2018, "Fast Parametric Learning with Activation Memorization" (arXiv 1803.10049).
"""

from __future__ import annotations

from typing import Any

from engine.experiments import softmax_language, softmax_omniglot
from engine.experiments.context import Context
from engine.experiments.softmax_settings import HebbianSoftmaxConfiguration


def run(configuration: HebbianSoftmaxConfiguration, context: Context) -> dict[str, Any]:
    """The comparison of the chosen task."""
    task = softmax_omniglot.run if configuration.task == "omniglot" else softmax_language.run
    return task(configuration, context)
