"""The door that browsers come through: HTTP in, `Studio` calls out, nothing decided here."""
