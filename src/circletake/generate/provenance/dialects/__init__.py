"""How each tool writes down what it did: one file each, with a `dialect` in it."""
