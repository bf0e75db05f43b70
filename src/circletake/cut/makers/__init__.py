"""What fills a gap out of what stands there, without a model: one maker each, with a `maker` in it."""
