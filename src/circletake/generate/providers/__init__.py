"""Whatever can make a take: one module each, with a `provider` in it."""
