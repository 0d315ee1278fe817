"""Energy-based associative memory and the memories it has to beat.

Source: Bartunov, Rae, Osindero and Lillicrap 2020, "Meta-Learning Deep Energy-Based Memory Models" (ICLR 2020, arXiv
1910.02720), cited below as EBMM. Patterns are rows of values in [-1, 1] everywhere in this package.
"""
