"""One rule a file: `rule(facts, context)` gives a finding, `Params` says what a policy may set."""
