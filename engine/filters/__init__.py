"""Approximate sets: the neural Bloom filter, the classical filters, and what no memory at all can do."""
