"""Grammars that leave a model nothing to say but one of the legal actions."""

from __future__ import annotations

import json
from collections.abc import Sequence


def action_grammar(actions: Sequence[str]) -> str:
    """A GBNF grammar (llama.cpp) of one line: the word Action and one of these; raises ValueError for none."""
    if not actions:
        raise ValueError("a grammar needs at least one action")
    return 'root ::= "Action: " (' + " | ".join(json.dumps(action) for action in actions) + ")"
