"""Records like those of the experiments, small and with values that can be checked."""

import numpy as np

from engine.experiments.softmax_tables import (
    CHECKS,
    KTH,
    OVERWRITES,
    PERPLEXITIES,
    READINGS,
    TOP,
    arms_event,
    watched_columns,
)
from engine.runs import RecordWriter

NAMES = ["<unk>", "the", "of", "people", "senate", "florin"]
COUNTS = [9, 50, 40, 8, 4, 2]
SIZE = 4
BUCKETS = ["1-4", "5-9", "10-49", "50-499", "500+"]


def vector(value):
    return np.full(SIZE, value, np.float32)


def language(folder, result=None, steps=30):
    """A comparison of three arms: word 4 is met at steps 5, 12 and 20."""
    writer = RecordWriter.create(
        folder, experiment="hebbian-softmax", configuration={"task": "language", "epochs": 3}, title="Rare words"
    )
    for number, title in enumerate(("Plain softmax", "Tuned output rate", "Hebbian rule")):
        writer.event("arms", arms_event(number, title.lower(), title))
    writer.event("buckets", {"names": BUCKETS})
    writer.event("vocabulary", {"words": NAMES, "counts": COUNTS, "watched": [4], "steps": 10})
    overwrites = writer.table("overwrites", OVERWRITES)
    watched = writer.table("watched", watched_columns(SIZE))
    for step in range(1, steps + 1):
        overwrites.append(step=step, row=1 + step % 5, count=step, rate=1 / step, moved=0.5, gradient=0.1)
        if step in (5, 12, 20):
            for arm in range(3):
                count = {5: 1, 12: 2, 20: 3}[step]
                watched.append(
                    arm=arm, step=step, word=4, count=count, rate=1 / count if arm == 2 else 0.0,
                    before=0.001 * count * (arm + 1), after=0.002 * count * (arm + 1), row_before=vector(arm),
                    activation=vector(-1), row_after=vector(arm + 0.5),
                )  # fmt: skip
    perplexities = writer.table("perplexities", PERPLEXITIES)
    for step in (10, 20, 30):
        for arm in range(3):
            perplexities.append(arm=arm, seed=0, step=step, bucket=-1, words=100, loss=100 * np.log(64.0 / (arm + 1)))
            perplexities.append(arm=arm, seed=0, step=step, bucket=0, words=10, loss=10 * np.log(1000.0 / (arm + 1)))
    kth = writer.table("kth", KTH)
    for arm in range(3):
        for k in range(3):
            kth.append(arm=arm, seed=0, k=k, words=10, loss=10.0 * (9 - k - arm))
    writer.flush()
    if result is not None:
        writer.finish("finished", result, None)
    return writer


def omniglot(folder):
    """Two arms; the plain one needs 40 steps, the other 20."""
    writer = RecordWriter.create(
        folder, experiment="hebbian-softmax", configuration={"task": "omniglot", "classes": 60, "period": 100}
    )
    for number, title in enumerate(("Plain softmax", "Hebbian rule")):
        writer.event("arms", arms_event(number, title.lower(), title))
    checks = writer.table("checks", CHECKS)
    overwrites = writer.table("overwrites", OVERWRITES)
    for step in range(1, 21):
        overwrites.append(step=step, row=step, count=1, rate=1.0, moved=0.5, gradient=0.1)
    for arm, stairs in enumerate(([20, 40], [10, 20])):
        for level, step in enumerate(stairs):
            checks.append(arm=arm, seed=0, course=0, step=step, level=level, active=30 * (level + 1), since=step,
                          right=0.7, newest=0.6, old=0.8 if level else np.nan, passed=True)  # fmt: skip
        for since in (10, 50):
            checks.append(arm=arm, seed=0, course=1, step=100 + since, level=1, active=60, since=since, right=0.7,
                          newest=0.2 + 0.1 * arm + since / 100, old=0.8, passed=False)  # fmt: skip
    writer.flush()
    return writer


def lesson(folder):
    """A sentence of two words, read three times by two twins; the second word is new."""
    writer = RecordWriter.create(folder, experiment="softmax-play", configuration={})
    for number, title in enumerate(("Gradient only", "Hebbian rule")):
        writer.event("arms", arms_event(number, title.lower(), title))
    writer.event("vocabulary", {"words": NAMES, "counts": COUNTS})
    writer.event("lessons", {"lesson": 0, "text": "the blick", "words": ["the", "blick"], "numbers": [1, 6],
                             "new": ["blick"], "repeat": 2})  # fmt: skip
    readings, rows = writer.table("readings", READINGS), writer.table("watched", watched_columns(SIZE))
    for repetition in range(3):
        for arm in range(2):
            for position, word in enumerate((1, 6)):
                readings.append(
                    lesson=0, reading=repetition, repetition=repetition, arm=arm, position=position, word=word,
                    probability=2.0 ** -(10 - repetition * (1 + 3 * arm)), rank=3, rate=0.5 * arm,
                    candidates=np.arange(TOP), chances=np.linspace(0.5, 0.01, TOP),
                )  # fmt: skip
            if repetition < 2:
                rows.append(arm=arm, step=repetition, word=6, count=repetition + 1, rate=0.5 * arm, before=0.1,
                            after=0.2, row_before=vector(0), activation=vector(1), row_after=vector(arm))  # fmt: skip
    writer.event("answers", {"text": "the", "unknown": [], "expected": [[["people", 0.4]], [["blick", 0.6]]]})
    writer.flush()
    return writer
