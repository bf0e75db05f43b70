"""Whoever executes calls: one module per kind of machine room, all behind `port.Executor`."""
