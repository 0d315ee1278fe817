"""Twins that learn side by side, and how they are scored."""

import numpy as np
import pytest
import torch

from engine.data.vocabulary import Vocabulary
from engine.errors import BadInput
from engine.experiments.softmax_results import ratio_interval
from engine.softmax.evaluation import EDGES, bucket_names, bucket_of, score
from engine.softmax.language_model import Sizes
from engine.softmax.pairs import Pair, load_pair, pair_tensors, restore_pair, shipped
from engine.softmax.rule import Rule
from engine.softmax.twins import STREAMS, UNROLL, Occurrences, Twin, minibatches, steps_of

WORDS = 40
COUNTS = np.concatenate([[5], np.linspace(200, 1, WORDS - 1)]).astype(np.int64)


def twin(rule=None, seed=0, tied=False):
    return Twin(Sizes(WORDS, 8, 12, 0.2, tied), COUNTS, seed=seed, rate=0.01, output_rate=2.0, rule=rule)


def text(words=1500, seed=0):
    return np.random.default_rng(seed).integers(0, WORDS, words).astype(np.int32)


def test_minibatches_hold_every_word_with_the_one_after():
    words = np.arange(STREAMS * (2 * UNROLL + 4)).astype(np.int32)
    batches = list(minibatches(words))
    assert len(batches) == steps_of(len(words)) == 3
    for first, following in batches:
        assert torch.equal(following, first + 1)
    assert sum(len(first) for first, _ in batches) == 2 * UNROLL + 3


def test_a_rule_beyond_its_limit_is_the_plain_twin_bit_for_bit():
    plain, limited = twin(), twin(Rule(limit=1))
    for number, (words, following) in enumerate(minibatches(text())):
        losses = [one.step(words, following, number).loss for one in (plain, limited)]
        assert torch.equal(*losses)
    for a, b in zip(plain.model.parameters(), limited.model.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("tied", [False, True])
def test_rare_rows_are_overwritten_and_unknown_words_are_not(tied):
    one = twin(Rule(limit=50), tied=tied)
    words, following = next(minibatches(text()))
    update = one.step(words, following, 0)
    assert update.written is not None
    assert 0 not in update.written.rows
    assert set(update.written.rows.tolist()) == set(following.flatten().tolist()) - {0}
    assert len(update.moved) == len(update.written.rows)


def test_going_on_from_a_checkpoint_is_going_on():
    first = twin(Rule(limit=50))
    batches = list(minibatches(text(3000)))
    for number, (words, following) in enumerate(batches[:2]):
        first.step(words, following, number)
    second = twin(Rule(limit=50), seed=5)
    second.take("x", first.tensors("x"))
    first.state = None
    losses = [one.step(*batches[2], 2).loss for one in (first, second)]
    assert torch.equal(*losses)
    assert torch.equal(first.model.output.counts, second.model.output.counts)


def test_scores_are_those_of_each_document_alone():
    one = twin()
    documents = [text(90, 1), text(41, 2)]
    together = score(one.model, documents)
    for number, document in enumerate(documents):
        alone = score(one.model, [document])
        own = together.document == number
        np.testing.assert_allclose(together.loss[own], alone.loss, rtol=1e-5)
        np.testing.assert_array_equal(together.target[own], document[1:])
    pieces = together.pieces(COUNTS)
    assert pieces[:, :, 0].sum() == (together.target != 0).sum()
    assert pieces[:, :, 1].sum() == pytest.approx(together.loss[together.target != 0].sum())


def test_buckets_are_named_by_their_edges():
    assert bucket_of(np.array([0, 1, 4, 5, 499, 500, 10**6])).tolist() == [-1, 0, 0, 1, 3, 4, 4]
    assert bucket_names() == ["1-4", "5-9", "10-49", "50-499", "500+"]
    assert len(bucket_names()) == len(EDGES)


def test_occurrences_count_meetings_of_the_same_words():
    met = Occurrences(np.array([30, 3, 2]), least=2, most=4)
    met.add(torch.tensor([1.0, 5.0, 7.0]), torch.tensor([1, 2, 0]))
    met.add(torch.tensor([2.0, 9.0]), torch.tensor([1, 1]))
    assert met.loss.tolist() == [6.0, 11.0]
    assert met.words.tolist() == [2, 2]


def test_the_interval_of_a_ratio_holds_the_truth():
    words = np.full(40, 100.0)
    theirs = np.random.default_rng(0).normal(500, 20, 40)
    value, low, high = ratio_interval(theirs - 100 * np.log(2), theirs, words)
    assert value == pytest.approx(0.5)
    assert low == pytest.approx(0.5)
    assert high == pytest.approx(0.5)


def pair():
    vocabulary = Vocabulary.from_words([f"w{i}" for i in range(WORDS)], COUNTS)
    rule = Rule(limit=50)
    return Pair(vocabulary, Sizes(WORDS, 8, 12, 0.2), rule, (0.01, 2.0), (twin(), twin(rule)))


def test_a_pair_survives_its_file_and_damaged_ones_are_refused(tmp_path):
    tensors, metadata = pair_tensors(pair(), {})
    again = restore_pair(tensors, metadata, "here")
    assert torch.equal(again.twins[1].model.output.weight, tensors["hebbian/output.weight"])
    assert again.vocabulary.words[3] == "w3"
    for broken in (
        (tensors | {"plain/output.weight": torch.zeros(3, 8)}, metadata),
        (tensors | {"plain/output.bias": torch.full((WORDS,), float("nan"))}, metadata),
        (tensors, {"pair": metadata["pair"].replace('"w3", ', "")}),
        (tensors, {"pair": metadata["pair"].replace('"format": 1', '"format": 2')}),
        (tensors, {"pair": "{}"}),
        (tensors, {}),
    ):
        with pytest.raises(BadInput, match="here"):
            restore_pair(*broken, "here")
    file = tmp_path / "cut.safetensors"
    file.write_bytes(b"\x10\0\0\0\0\0\0\0{")
    with pytest.raises(BadInput, match=r"cut\.safetensors"):
        load_pair(file)


def test_the_shipped_twins_open_and_predict_the_same_words():
    files = sorted(shipped().glob("*.safetensors"))
    assert files
    for file in files:
        assert file.stat().st_size < 5_000_000
        found = load_pair(file)
        words = torch.from_numpy(found.vocabulary.encode(["the", "people", "of"])).long()[:, None]
        assert (words > 0).all()
        for one in found.twins:
            one.model.eval()
            chances = one.model.output(one.model(words)[1]).softmax(1)[-1]
            assert chances[found.vocabulary.numbers["the"]] > 0.05
