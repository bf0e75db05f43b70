"""The book: what happened, in order, append-only, hash-chained, and what is projected from it."""
