"""Hebbian softmax: output rows that are overwritten by activations while their class is rare."""
