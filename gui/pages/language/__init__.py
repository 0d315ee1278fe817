"""The Language page: language models that play in words, turn by turn, beside the ideal observer."""
