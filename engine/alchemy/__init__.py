"""Symbolic Alchemy: chemistry, environment (single and batched), belief, planning and wording."""
