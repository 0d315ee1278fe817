"""The Recall page: patterns stored in the weights of a network, and what it takes to get them back."""
