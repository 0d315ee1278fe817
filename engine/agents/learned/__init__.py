"""Agents that learn Alchemy: one encoding, one head, exchangeable memories, and the scripts that train them."""
