"""The Composition page: old skills, a mixture of their tasks, and what each way of composing them makes of it."""
