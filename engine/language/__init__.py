"""Language models as players: prompts, transcripts, endpoints, budgets."""
