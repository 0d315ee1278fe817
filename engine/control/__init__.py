"""Control with a memory: partially observed continuous tasks, and recurrent policies that learn them.

Source: Heess, Hunt, Lillicrap & Silver 2015, "Memory-based control with recurrent neural networks" (arXiv 1512.04455).
"""
