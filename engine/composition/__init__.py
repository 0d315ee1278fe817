"""Composing entropic policies: what old skills say about a mixture of their tasks (Hunt et al. 2019)."""
