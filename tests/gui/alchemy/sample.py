"""Small real records for the Alchemy page's tests: the engine's own trace, one quick agent, one branch."""

import numpy as np

from engine.agents.catalogue import make_agent
from engine.agents.protocol import Decision
from engine.agents.traced import catch_up, play_on
from engine.alchemy.actions import useful
from engine.alchemy.episodes import sample_episode
from engine.alchemy.levels import BENCHMARK, Level
from engine.alchemy.planning import optimal_plan
from engine.alchemy.trace import Node, Trace
from engine.runs import RecordWriter

LEVEL = Level.parse(BENCHMARK)


def play(trace: Trace, node: Node, name: str, title: str, seed: int = 0, steps: int = 10_000) -> list[Node]:
    """Let an agent play on; every node it came to."""
    agent = make_agent(name, seed, LEVEL)
    index = trace.agent(name, title)
    catch_up(agent, node)
    nodes = []
    for following in play_on(trace, node, agent, index):
        nodes.append(following)
        if len(nodes) >= steps:
            break
    return nodes


def advise(trace: Trace, node: Node, seed: int) -> None:
    """A stand-in for the ideal observer: made-up values and probabilities over what can be done, best action
    included.
    """
    random = np.random.RandomState(seed)
    view = node.view()
    values = np.where(useful(view.present, view.colours), random.gamma(4.0, 5.0, 40), np.nan).astype(np.float32)
    values[0] = np.nan
    shares = np.exp((values - np.nanmax(values)) / 4)
    shares = (np.nan_to_num(shares) / np.nansum(shares)).astype(np.float32)
    action = 0 if np.isnan(values).all() else int(np.nanargmax(values))
    trace.decide(node, trace.agent("ideal-observer", "Ideal observer"), Decision(action, False, shares, values, 12.5))


def write(runs_folder, trials: int = 10, branch: bool = True, seed: int = 1337, finish: bool = True):
    """A record with line ``main`` of the random heuristic and, with ``branch``, a line that leaves it in the middle."""
    writer = RecordWriter.create(
        runs_folder, experiment="alchemy-play", configuration={"level": BENCHMARK, "chemistry": seed}, seed=seed
    )
    trace = Trace(writer, LEVEL)
    episode = sample_episode(np.random.RandomState(seed), LEVEL, trials)
    root = trace.begin(0, episode)
    nodes = [root, *play(trace, root, "random-heuristic", "Random heuristic")]
    trace.line("main", "Random heuristic", nodes[-1], "random-heuristic")
    for k, node in enumerate(nodes):
        if not node.done:
            advise(trace, node, k)
    if branch:
        start = nodes[len(nodes) // 3]
        other = play(trace, start, "level-3", "Level 3", seed=5)
        trace.line("what-if", "Level 3 from here", other[-1], "level-3", start.row)
    plans = [optimal_plan(episode.chemistry, s, p) for s, p in zip(episode.stones, episode.potions, strict=True)]
    trace.reference(0, "search-oracle", "Search oracle", [plan.value for plan in plans])
    trace.reference(0, "ideal-observer", "Ideal observer", [max(plan.value - k % 3, 0) for k, plan in enumerate(plans)])
    trace.reference(0, "random-heuristic", "Random heuristic", [14.5] * trials, runs=20)
    writer.flush()
    if finish:
        writer.finish("finished", {})
    return writer, trace, nodes
