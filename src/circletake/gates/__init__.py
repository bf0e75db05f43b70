"""May it pass: policies, and the rules that judge facts. Pure; the standard library only."""
