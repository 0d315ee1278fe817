"""A network that has learned nothing: the contract must not depend on what was learned."""

import torch

from engine.filters.network import NeuralBloomFilter, Sizes


def make_words(count):
    """Keys, ``count`` for each of 320 beginnings."""
    return [f"{a}{b}{c}{i}".encode() for i in range(count) for a in "abcdefgh" for b in "aeiou" for c in "klmnprst"]


def make_network(keys):
    torch.manual_seed(3)
    made = NeuralBloomFilter(Sizes("text-order", hidden=16, code=8, slots=4, word=2, query=4))
    made.encoder.learn_keys(sorted(keys))
    return made.eval()
