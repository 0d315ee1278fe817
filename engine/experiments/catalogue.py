"""The list of experiments. Naming one here is all it takes to have it on the command line and in the window."""

from __future__ import annotations

import difflib

from engine.errors import BadInput
from engine.experiments.experiment import Experiment

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        Experiment(
            "alchemy",
            "Alchemy evaluation",
            "An agent plays Alchemy episodes; its score beside that of the ideal observer and the search oracle",
            "engine.experiments.alchemy:AlchemyConfiguration",
            "engine.experiments.alchemy:run",
            presets={
                "quick": {"agent": "ideal-observer", "episodes": 20},
                "heuristic": {"agent": "random-heuristic", "episodes": 1000},
                "unrotated": {"level": "alchemy/perceptual_mapping_randomized_with_random_bottleneck", "episodes": 200},
            },
        ),
        Experiment(
            "alchemy-play",
            "Alchemy bench",
            "You play an Alchemy episode, alone or beside agents, with every situation recorded",
            "engine.experiments.alchemy_play:PlayConfiguration",
            "engine.experiments.alchemy_play:run",
            interactive=True,
            prepare="engine.experiments.alchemy_play:prepare",
        ),
        Experiment(
            "microprobes",
            "Alchemy microprobes",
            "Nine scripted mini-episodes that tell what an agent understands, each beside one that lacks the skill",
            "engine.experiments.microprobes:MicroprobesConfiguration",
            "engine.experiments.microprobes:run",
        ),
        Experiment(
            "alchemy-training",
            "Alchemy training",
            "An agent with a memory learns Alchemy from the ideal observer in its own games, or from points alone",
            "engine.experiments.alchemy_training_settings:TrainingConfiguration",
            "engine.experiments.alchemy_training:run",
            presets={
                "quick": {"games": 4000, "examined": 200},
                "paper": {"games": 500_000},
                "lstm": {"core": "lstm"},
                "points": {"method": "reinforcement", "learning_rate": 2e-3, "passes": 2},
            },
            uses_torch=True,
        ),
        Experiment(
            "text-alchemy",
            "Text Alchemy",
            "A language model plays Alchemy in words, with or without summaries, beside the ideal observer",
            "engine.experiments.text_alchemy:TextAlchemyConfiguration",
            "engine.experiments.text_alchemy:run",
            presets={
                "quick": {"model": "scripted/ideal-observer", "episodes": 3, "summary": True},
                "paper": {"episodes": 10, "trials": 10, "steps": 20, "summary": True, "token_budget": 50_000_000},
            },
        ),
        Experiment(
            "feature-world",
            "Feature World",
            "A player proposes objects to find the feature that pays; its steps beside those of the exact best player",
            "engine.experiments.feature_world:FeatureWorldConfiguration",
            "engine.experiments.feature_world:run",
            presets={
                "quick": {"agent": "optimal", "episodes": 100},
                "paper": {"agent": "random-without-replacement", "episodes": 1000},
            },
        ),
        Experiment(
            "feature-world-play",
            "Feature World by hand",
            "You propose objects to find the feature that pays, with every proposal recorded",
            "engine.experiments.feature_world_play:WorldPlayConfiguration",
            "engine.experiments.feature_world_play:run",
            interactive=True,
        ),
        Experiment(
            "memory",
            "Memory training",
            "A network with an external memory learns a task; what it reads and writes is kept while it learns. "
            "Quick takes 2 to 10 minutes of one core, paper (sizes as published) days on a GPU",
            "engine.experiments.memory_settings:MemoryConfiguration",
            "engine.experiments.memory:run",
            presets={
                "quick": {"episodes": 120_000},
                "paper": {
                    "heads": 4,
                    "batch": 8,
                    "slots": 2_000_000,
                    "learning_rate": 1e-4,
                    "curriculum": True,
                    "episodes": 10_000_000,
                    "save_every": 100_000,
                },
            },
            uses_torch=True,
        ),
        Experiment(
            "memory-bench",
            "Memory bench",
            "A trained network goes through a sequence; erase a word, hold a head, change an input, and compare",
            "engine.experiments.memory_settings:BenchConfiguration",
            "engine.experiments.memory_bench:run",
            prepare="engine.experiments.memory_bench:prepare",
            interactive=True,
            uses_torch=True,
        ),
        Experiment(
            "memory-scaling",
            "Memory costs",
            "Time and bytes of one step against the number of slots, for dense and sparse memories. "
            "Quick takes about a minute, paper about ten",
            "engine.experiments.memory_settings:ScalingConfiguration",
            "engine.experiments.memory_scaling:run",
            presets={
                "quick": {"models": ["ntm", "sam"], "most_slots": 4096},
                "paper": {"models": ["ntm", "dam", "dnc", "sam", "sdnc"], "most_slots": 1_048_576},
            },
            uses_torch=True,
        ),
        Experiment(
            "hebbian-softmax",
            "Hebbian softmax",
            "Output rows overwritten while their class is rare, beside a plain softmax: late characters, rare words",
            "engine.experiments.softmax_settings:HebbianSoftmaxConfiguration",
            "engine.experiments.hebbian_softmax:run",
            presets={
                "quick": {
                    "classes": 120,
                    "seeds": 2,
                    "rates": [1e-3],
                    "output_rates": [1.0, 8.0],
                    "tuning_seeds": 1,
                    "vocabulary": 3000,
                    "words": 30_000,
                    "tested": 8000,
                    "epochs": 2,
                },
                "rare-words": {
                    "task": "language",
                    "seeds": 1,
                    "words": 80_000,
                    "vocabulary": 6000,
                    "tested": 20_000,
                },
                "paper": {"classes": 1620, "seeds": 10, "gamma": 0.01, "weighting": "occurrence", "limit": 500},
            },
            uses_torch=True,
        ),
        Experiment(
            "softmax-play",
            "Rare word lesson",
            "Teach two language models a sentence, one of them with the Hebbian rule, and see what each expects next",
            "engine.experiments.softmax_settings:PlayConfiguration",
            "engine.experiments.softmax_play:run",
            interactive=True,
            uses_torch=True,
            prepare="engine.experiments.softmax_play:prepare",
        ),
        Experiment(
            "control",
            "Control with a memory",
            "A recurrent policy learns to control what it sees only in part; wipe its memory and see what is left",
            "engine.experiments.control_settings:ControlConfiguration",
            "engine.experiments.control_tasks:run",
            presets={
                "quick": {"task": "pendulum-p", "episodes": 20},
                "train": {"task": "pendulum-p", "agent": "train"},
                "water-maze": {"task": "water-maze-r", "agent": "train"},
                "paper": {"task": "water-maze-c", "agent": "train", "algorithm": "rsvg0"},
            },
            uses_torch=True,
        ),
        Experiment(
            "control-play",
            "Control bench",
            "Trained policies live one episode; move the platform, change a length, wipe a memory, and compare",
            "engine.experiments.control_settings:ControlPlayConfiguration",
            "engine.experiments.control_play:run",
            interactive=True,
            uses_torch=True,
        ),
        Experiment(
            "energy-memory",
            "Energy-based memory",
            "A network stores patterns by gradient steps on its weights; its error beside that of rivals of its size",
            "engine.experiments.energy_memory_settings:EnergyMemoryConfiguration",
            "engine.experiments.energy_memory:run",
            presets={
                "quick": {"updates": 800, "batch": 8},
                "digits": {"updates": 12000, "batch": 8, "patterns": 32, "fewest": 8},
                "bits": {"data": "bits", "patterns": 8, "updates": 5000},
                "omniglot": {
                    "data": "omniglot",
                    "hidden": 256,
                    "patterns": 4,
                    "batch": 8,
                    "updates": 1000,
                    "order": 1.0,
                },
                "omniglot-32": {
                    "data": "omniglot",
                    "size": 32,
                    "hidden": 32,
                    "floats": 9216,
                    "batch": 4,
                    "updates": 2000,
                },
                "cifar10": {"data": "cifar10", "hidden": 32, "batch": 4, "updates": 2000},
                "paper": {
                    "data": "omniglot",
                    "size": 32,
                    "form": "convolutional",
                    "hidden": 64,
                    "patterns": 64,
                    "batch": 32,
                    "updates": 2_000_000,
                    "learning_rate": 5e-5,
                    "clip": 0.05,
                },
            },
            uses_torch=True,
        ),
        Experiment(
            "composition",
            "Composing policies",
            "Old skills meet a mixture of their tasks: who composes them without learning, and who fails when",
            "engine.experiments.composition_settings:CompositionConfiguration",
            "engine.experiments.composition:run",
            presets={
                "quick": {"suite": "grid"},
                "plane": {"suite": "plane"},
                "point": {"suite": "point", "pair": "tricky", "repeats": 5},
                "arm": {"suite": "arm", "updates": 1300, "repeats": 3},
                "ball": {"suite": "ball", "updates": 1300, "repeats": 3},
                "paper": {
                    "suite": "arm",
                    "updates": 200_000,
                    "batch": 512,
                    "width": 192,
                    "samples": 48,
                    "learning_rate": 1e-4,
                    "repeats": 5,
                    "runs": 1000,
                    "shown_every": 5000,
                },
            },
            uses_torch=True,
        ),
        Experiment(
            "neural-bloom-filter",
            "Neural Bloom filter",
            "A network stores sets in a few numbers; its bits beside those of Bloom's filter and of no memory at all",
            "engine.experiments.sets_settings:FilterConfiguration",
            "engine.experiments.sets:run",
            presets={
                "quick": {},
                "train": {
                    "source": "train",
                    "slots": 2,
                    "least": 20,
                    "most": 60,
                    "written": 32,
                    "asked": 32,
                    "shift": 1,
                    "steps": 2500,
                },
                "paper": {"task": "mnist-uniform", "n": 500, "source": "train", "slots": 50, "steps": 900_000},
            },
            uses_torch=True,
        ),
        Experiment(
            "filter-play",
            "Filter bench",
            "Insert keys and ask for them one by one: what each adds to the memory, and why each answer is given",
            "engine.experiments.sets_settings:PlayConfiguration",
            "engine.experiments.sets_play:run",
            interactive=True,
            uses_torch=True,
        ),
        Experiment(
            "recall-play",
            "Recall bench",
            "You write patterns into a trained energy-based memory, damage them, and read them back step by step",
            "engine.experiments.energy_memory_settings:RecallConfiguration",
            "engine.experiments.recall_play:run",
            interactive=True,
            uses_torch=True,
        ),
        Experiment(
            "composition-play",
            "Composition board",
            "Paint walls and rewards on a grid, mix the tasks with a slider, and see every method's policy at once",
            "engine.experiments.composition_settings:PlayConfiguration",
            "engine.experiments.composition_play:run",
            interactive=True,
            prepare="engine.experiments.composition_play:prepare",
        ),
        Experiment(
            "pulse",
            "Engine check",
            "Counts steps at a steady rate and measures how late each came: tries the whole way from job to record",
            "engine.experiments.pulse:PulseConfiguration",
            "engine.experiments.pulse:run",
            presets={
                "quick": {"steps": 20, "rate_hz": 100.0},
                "minute": {"steps": 6000, "rate_hz": 100.0},
            },
        ),
    )
}


def find(name: str) -> Experiment:
    """The experiment with this name; raises BadInput that lists the names."""
    if name not in EXPERIMENTS:
        close = difflib.get_close_matches(name, EXPERIMENTS, 1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise BadInput(f"experiment may be one of {', '.join(EXPERIMENTS)}, not {name!r}{hint}")
    return EXPERIMENTS[name]
