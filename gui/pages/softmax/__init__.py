"""Rare words: the Hebbian softmax."""
