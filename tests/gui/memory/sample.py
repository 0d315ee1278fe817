"""Records like those of a trained network, made by rules that can be checked: SAM on recall, a dense DNC."""

import numpy as np

from engine.runs import Column, RecordWriter

READ, WRITE, ERASE, PRECEDENCE = range(4)
INPUTS, OUTPUTS, WORD, ITEM = 8, 6, 16, 3
SPANS = [("store 6 pairs", 0, 36), ("query", 36, 40), ("answer", 40, 43)]
PAIRS, STEPS = 6, 43
SIGNALS = ["write gate", "interpolation gate", "key strength"]


class Tables:
    """The tables of a record of traces."""

    def __init__(self, writer, word=WORD, inputs=INPUTS, outputs=OUTPUTS):
        self.writer = writer
        integer = [Column("trace", "i4"), Column("step", "i4")]
        self.steps = writer.table(
            "trace_steps",
            [*integer, Column("input", "f4", (inputs,)), Column("target", "f4", (outputs,)),
             Column("output", "f4", (outputs,)), Column("mask", "b1"), Column("error_bits", "f4")],
        )  # fmt: skip
        access = [Column("kind", "u1"), Column("head", "u1"), Column("slot", "i4"), Column("weight", "f4")]
        self.accesses = writer.table("accesses", [*integer, *access])
        self.words = writer.table("words", [*integer, Column("slot", "i4"), Column("word", "f4", (word,))])
        signal = [Column("signal", "u2"), Column("head", "u1"), Column("value", "f4")]
        self.signals = writer.table("signals", [*integer, *signal])


def event(writer, number, **more):
    """A ``traces`` event with everything the page may expect."""
    facts = {
        "trace": number, "title": f"sequence {number}", "model": "sam", "task": "recall", "slots": 64, "word": WORD,
        "heads": 2, "reads": 4, "steps": STEPS, "training_step": None, "parent": None, "from_step": None,
        "change": None, "spans": [{"name": n, "start": a, "stop": b} for n, a, b in SPANS], "signals": SIGNALS,
        "bits_wrong": 0.0, "seed": 0,
    }  # fmt: skip
    writer.event("traces", facts | more)


def create(folder, experiment="memory-bench", **settings):
    """An open record with its tables."""
    configuration = {"source": "pretrained/sam-recall", "level": 6} | settings
    title = "SAM · recall" if experiment != "memory" else "SAM on recall"
    writer = RecordWriter.create(folder, experiment=experiment, configuration=configuration, title=title)
    return writer, Tables(writer)


class Sam:
    """A stand-in for a SAM with two heads: head 0 stores every step's input in the least recently used word and adds
    to what it read before; head 1 looks at random words. In the answer, head 0 reads the three words of the item after
    the queried one. Every number that is recorded follows from these rules.
    """

    def __init__(self, tables, number, slots=64, seed=0, asked=3, erased=None, steps=STEPS):
        self.tables, self.number, self.slots = tables, number, slots
        self.random = np.random.default_rng(seed)
        self.asked, self.erased, self.length = asked, erased, steps
        self.memory, self.order, self.next = {}, [], 0
        self.bits = self.random.integers(0, 2, (STEPS, INPUTS - 2))
        self.key = self.random.standard_normal((STEPS, WORD)).astype(np.float32)
        self.stride = max(slots // 97, 1) if slots > 1000 else 1
        self.step = 0
        self.written_at = {}

    def slot(self, k):
        """The k-th word the ring hands out."""
        return k * self.stride % self.slots

    def run(self, upto=STEPS):
        """Record steps up to ``upto``."""
        while self.step < upto:
            self.take(self.step)
            self.step += 1
        self.tables.writer.flush()
        return self

    def take(self, t):
        if self.erased and self.erased[0] == t:
            self.memory[self.erased[1]] = np.zeros(WORD, np.float32)
            self._word(t, self.erased[1])
        accesses, changed = [], {}
        alpha = 0.97 if t < 36 else 0.04
        if t < 36:
            fresh = self.slot(self.next)
            self.next += 1
            self.memory[fresh] = np.zeros(WORD, np.float32)
            accesses.append((ERASE, 0, fresh, 1.0))
            gamma = 0.1 if t % 2 == 0 else 0.3
            accesses.append((WRITE, 0, fresh, alpha * (1 - gamma)))
            self.memory[fresh] = self.memory[fresh] + alpha * (1 - gamma) * self.key[t]
            changed[fresh] = True
            self.written_at[fresh] = t
            for before, weight in self.order[-1:]:
                accesses.append((WRITE, 0, before, alpha * gamma * weight))
                self.memory[before] = self.memory[before] + np.float32(alpha * gamma * weight) * self.key[t]
                changed[before] = True
            self.order.append((fresh, 0.8))
        known = list(self.memory)
        if t >= 40:
            right = self.slot((self.asked + 1) * 6 + t - 40)
            reads = [(right, 0.93), *((int(s), 0.02) for s in self.random.choice(known, 3))]
        else:
            picked = self.random.choice(known, min(4, len(known)), replace=False)
            reads = [
                (int(s), float(w))
                for s, w in zip(picked, self.random.dirichlet(np.ones(len(picked)) * 0.8), strict=True)
            ]
        accesses += [(READ, 0, s, w) for s, w in reads]
        picked = self.random.choice(known, min(4, len(known)), replace=False)
        accesses += [
            (READ, 1, int(s), float(w))
            for s, w in zip(picked, self.random.dirichlet(np.ones(len(picked)) * 3), strict=True)
        ]
        for kind, head, slot, weight in accesses:
            self.tables.accesses.append(trace=self.number, step=t, kind=kind, head=head, slot=slot, weight=weight)
        for slot in changed:
            self._word(t, slot)
        values = (alpha, 0.1 if t % 2 == 0 else 0.3, 4 + 9 * (t >= 40) + np.sin(t / 3))
        for signal, value in enumerate(values):
            for head in (0, 1):
                row = {"signal": signal, "head": head, "value": value * (1 - 0.3 * head)}
                self.tables.signals.append(trace=self.number, step=t, **row)
        self._sequence(t)

    def _word(self, t, slot):
        self.tables.words.append(trace=self.number, step=t, slot=slot, word=self.memory[slot])

    def _sequence(self, t):
        shown = np.zeros(INPUTS)
        target = np.zeros(OUTPUTS)
        if t < 36:
            shown[2:] = self.bits[t]
            shown[0] = t % 6 == 0
        elif t < 40:
            shown[2:] = self.bits[self.asked * 6 + t - 36]
            shown[1] = t == 36
        else:
            target = self.bits[(self.asked + 1) * 6 + t - 40].astype(float)
        output = np.clip(target * 0.96 + 0.02, 0, 1)
        if self.erased and t >= 40 and self.slot((self.asked + 1) * 6 + t - 40) == self.erased[1]:
            output = 1 - output
        wrong = float(((output >= 0.5) != (target >= 0.5)).sum()) if t >= 40 else 0.0
        row = {"input": shown, "target": target, "output": output, "mask": t >= 40, "error_bits": wrong}
        self.tables.steps.append(trace=self.number, step=t, **row)


def bench(folder, slots=64, branch=True, backward=True, finish=True):
    """A session's record: a sequence and, with ``branch``, the same with the word read at 40 cleared at 38."""
    writer, tables = create(folder)
    event(writer, 0, title="6 pairs, seed 0", slots=slots)
    first = Sam(tables, 0, slots).run()
    if branch:
        slot = first.slot(24)
        change = {"kind": "erase", "step": 38, "slot": slot}
        Sam(tables, 1, slots, erased=(38, slot)).run()
        branch = {"parent": 0, "from_step": 38, "change": change, "bits_wrong": 6.0}
        event(writer, 1, title=f"slot {slot} cleared at 38", slots=slots, **branch)
    if backward:
        rows = [[t, first.slot(t)] for t in range(35, -1, -1)]
        hashed = "9f3c21aa0b7e"
        writer.event("rollback", {"trace": 0, "hash_before": hashed, "hash_after": hashed, "identical": True,
                                  "rows_restored": rows, "milliseconds": 0.8})  # fmt: skip
    writer.flush()
    if finish:
        writer.finish("finished", {})
    return writer, tables, first


def dense(folder, slots=128, steps=1000, word=8):
    """A DNC-like dense trace: broad reads and writes, precedence, no clears."""
    writer, tables = create(folder, source="pretrained/dnc-copy")
    tables_words = tables.words.dtype["word"].shape[0]
    half = steps // 2
    spans = [{"name": "store", "start": 0, "stop": half}, {"name": "recall", "start": half, "stop": steps}]
    sizes = {"slots": slots, "heads": 1, "steps": steps, "spans": spans}
    event(writer, 0, title="copy 500", model="dnc", task="copy", **sizes)
    random = np.random.default_rng(1)
    parts, words = [], []
    for t in range(steps):
        centre = t % (steps // 2) * slots / (steps / 2)
        for kind, width in ((READ, 3.0), (WRITE, 2.0), (PRECEDENCE, 1.5)):
            if kind == WRITE and t >= steps // 2:
                continue
            weight = np.exp(-(((np.arange(slots) - centre) / width) ** 2)).astype(np.float32)
            weight = weight / weight.sum() * (0.95 if kind == WRITE else 1)
            found = np.flatnonzero(weight > 0.001)
            rows = np.zeros(len(found), tables.accesses.dtype)
            rows["step"], rows["kind"], rows["slot"], rows["weight"] = t, kind, found, weight[found]
            parts.append(rows)
        changed = np.zeros(1, tables.words.dtype)
        changed["step"], changed["slot"], changed["word"] = t, int(centre) % slots, random.standard_normal(tables_words)
        words.append(changed)
        row = np.zeros(1, tables.steps.dtype)
        row["step"], row["input"], row["mask"] = t, random.integers(0, 2, INPUTS), t >= steps // 2
        row["target"] = random.integers(0, 2, OUTPUTS)
        row["output"] = row["target"]
        tables.steps.extend(row)
        gates = np.zeros(len(SIGNALS), tables.signals.dtype)
        gates["step"], gates["signal"], gates["value"] = t, np.arange(len(SIGNALS)), random.random(len(SIGNALS))
        tables.signals.extend(gates)
    tables.accesses.extend(np.concatenate(parts))
    tables.words.extend(np.concatenate(words))
    writer.finish("finished", {})
    return writer


def training(folder, finish=True):
    """A training run: curves and two traces."""
    writer, tables = create(folder, "memory", model="sam", task="recall")
    for step in range(0, 20_000, 50):
        writer.scalar("loss", 0.69 * np.exp(-step / 6000) + 0.02 * np.sin(step), step)
        writer.scalar("bits wrong", 18 * np.exp(-step / 5000), step)
        writer.scalar("level", 3 + step // 6000, step)
    for number, at in ((0, 0), (1, 10_000)):
        event(writer, number, title=f"after {at:,} steps", training_step=at, bits_wrong=9.0 - 9 * number)
        Sam(tables, number, seed=number).run()
    if finish:
        writer.finish("finished", {"bits_wrong": 0.0})
    return writer, tables


def scaling(folder):
    """Costs of NTM and SAM, the largest NTM extrapolated."""
    writer = RecordWriter.create(folder, experiment="memory-scaling", configuration={}, title="Cost of NTM, SAM")
    table = writer.table("scaling", [Column("model", "u1"), Column("slots", "i8"), Column("warm", "b1"),
        Column("ms_per_step", "f8"), Column("growth_mb", "f8"), Column("batch", "i4"), Column("steps", "i4"),
        Column("extrapolated", "b1"), Column("growth_extrapolated", "b1")])  # fmt: skip
    for k, name in enumerate(("ntm", "sam")):
        writer.event("models", {"index": k, "name": name})
    for power in range(6, 21, 2):
        slots = 1 << power
        ntm = {
            "model": 0,
            "ms_per_step": 0.004 * slots + 0.6,
            "growth_mb": 0.4 * slots,
            "extrapolated": power > 16,
            "growth_extrapolated": power > 14,
        }
        sam = {
            "model": 1,
            "ms_per_step": 0.8 + 0.01 * power,
            "growth_mb": 7.8,
            "extrapolated": False,
            "growth_extrapolated": False,
        }
        for row in (ntm, sam):
            table.append(slots=slots, warm=False, batch=8, steps=100, **row)
    writer.finish("finished", {})
    return writer
