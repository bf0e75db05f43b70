"""Work that machines do: the queue, whoever executes it, and the runner between them."""
