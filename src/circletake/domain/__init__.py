"""The nouns of the floor and their arithmetic. Standard library only; no disk, clock or network."""
