"""Let an agent play on from any situation of a trace."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from engine.agents.protocol import Agent
from engine.alchemy.actions import NO_OP
from engine.alchemy.trace import Node, Trace


def catch_up(agent: Agent, node: Node) -> None:
    """Bring a new agent to ``node`` by letting it see everything that happened on the way, as if it had been there."""
    privileged = bool(getattr(agent, "privileged", False))
    path = node.path
    agent.reset(path[0].view(privileged=privileged))
    for before, after in pairwise(path):
        agent.observe(before.view(privileged=privileged), after.action, after.reward, after.view(privileged=privileged))


def play_on(trace: Trace, node: Node, agent: Agent, index: int) -> Iterator[Node]:
    """Every situation after ``node`` up to the end of the episode, as the agent plays; decisions are traced too.

    ``index`` is the agent's index in the trace. The agent must know the situation already (``catch_up``).
    """
    privileged = bool(getattr(agent, "privileged", False))
    while not node.done:
        view = node.view(privileged=privileged)
        decision = agent.decide(view)
        trace.decide(node, index, decision)
        node = trace.step(node, decision.action, index, ends=decision.done and decision.action == NO_OP)
        agent.observe(view, decision.action, node.reward, node.view(privileged=privileged))
        same_trial = node.state.trial == view.trial and not node.done
        yield node
        if decision.done and decision.action != NO_OP and same_trial:
            node = trace.step(node, NO_OP, index, ends=True)
            yield node
