"""What a model is told before it plays, and how it is asked for a summary.

Paraphrased after what is known of Ke et al. 2024 (arXiv 2412.06438, Figure 9 and appendix A.4.2); the original prompts
are not public.
"""

from __future__ import annotations

from typing import Literal

from engine.language.wording import Wording

AnswerForm = Literal["free", "json", "legal"]
SummaryForm = Literal["free", "structured"]

_GAME = """You play a text game in several trials. In each trial there are three stones and twelve potions. Stones \
differ in {axes}. Putting a stone in a potion can change the stone and uses up the potion. \
Putting a stone in the cauldron adds its present reward to your score and removes the stone. \
Your aim is to raise the rewards of the stones with potions and then to put them in the cauldron, so that the score of \
all trials together is as high as possible. A stone that is left on the table pays nothing. There may be further rules \
that you have to find out.
There are {trials} trials of at most {steps} steps. Every answer costs a step, also one that cannot be carried out. \
You may end a trial early; then the next one begins with new stones and potions."""

_PRIOR = """What is known beforehand
- The reward of a stone is between -3 and +15.
- The six potions are three pairs of opposites: {pairs}.
- Nothing is random: the same potion always does the same to stones that look the same, and stones that look the same \
always have the same reward."""

_ACTIONS = """The actions are "place stone I in potion J", "place stone I in the cauldron" and "end the trial", where \
I is the number of a stone (1 to 3) and J the number of a potion (1 to 12)."""

_FORMS: dict[AnswerForm, str] = {
    "free": """Answer in three parts, each on lines of its own
Observation: what you see and what the last action did
Reasoning: what you conclude and plan
Action: exactly one action""",
    "json": """Answer with one JSON object {"reasoning": "...", "action": "..."} with exactly one action.""",
    "legal": """Answer with nothing but one line
Action: exactly one action""",
}

_SUMMARIES: dict[SummaryForm, str] = {
    "free": """Trial {trial} is over. Write a summary of what you have learned so far that will help you in the trials \
to come. Take over from your previous summary whatever still holds.""",
    "structured": """Trial {trial} is over. Write a summary of what you have learned so far that will help you in the \
trials to come, in two sections. Take over from your previous summary whatever still holds.
Effects of potions: one line for each potion, saying which stone it turns into which
Best way found: the stones and potions that led to the highest reward""",
}


def instructions(wording: Wording, *, trials: int, steps: int, form: AnswerForm, prior: bool) -> str:
    """The system message of an episode."""
    axes = [f"{words[0]} or {words[2]}" for words in wording.axes]
    parts = [_GAME.format(axes=f"{axes[0]}, {axes[1]}, {axes[2]}", trials=trials, steps=steps)]
    if prior:
        c = wording.colours
        parts.append(_PRIOR.format(pairs=f"{c[3]} and {c[2]}, {c[0]} and {c[1]}, {c[4]} and {c[5]}"))
    return "\n\n".join([*parts, _ACTIONS, _FORMS[form]])


def summary_request(form: SummaryForm, trial: int) -> str:
    """The question for a summary after ``trial`` (from 0)."""
    return _SUMMARIES[form].format(trial=trial + 1)


def earlier_summary(text: str) -> str:
    """How a summary is handed on."""
    return f"Your summary of the trials before\n{text}"
