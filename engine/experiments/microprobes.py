"""Nine scripted mini-episodes that tell what an agent understands of Alchemy.

Source: L. Cross, SymbolicAlchemyMicroprobes, in google-deepmind/dm_alchemy: an agent passes a probe if it does so
significantly more often than an agent that lacks the skill (z-test of two proportions).
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from engine.agents.catalogue import make_agent
from engine.agents.microprobes import PROBES, run_probe
from engine.alchemy.levels import Level
from engine.experiments.alchemy import AgentName
from engine.experiments.configuration import Configuration
from engine.experiments.context import Context


class MicroprobesConfiguration(Configuration):
    """Settings of the microprobes."""

    agent: AgentName = Field(
        "ideal-observer",
        description="Who is examined",
        json_schema_extra={"choices": "engine.agents.catalogue:AGENTS"},
    )
    samples: int = Field(20, ge=2, le=10_000, description="Tries at each probe", json_schema_extra={"unit": "tries"})


def run(configuration: MicroprobesConfiguration, context: Context) -> dict[str, Any]:
    """Let the agent try every probe; the events ``probes`` tell each result with the question it asks."""
    results = {}
    for done, (name, probe) in enumerate(PROBES.items(), start=1):
        context.check()
        result = run_probe(
            name, lambda seed: make_agent(configuration.agent, seed, Level()), configuration.samples, context.seed
        )
        results[name] = {
            "passes": result.passes,
            "null_passes": result.null_passes,
            "samples": result.samples,
            "z": result.z,
            "p": result.p,
            "knows": result.knows,
        }
        context.event("probes", {"probe": name, "title": probe.title, "question": probe.question, **results[name]})
        context.progress(done, len(PROBES), "probes")
    return {"probes": results, "known": sum(result["knows"] for result in results.values()), "of": len(PROBES)}
