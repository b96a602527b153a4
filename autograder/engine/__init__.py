"""The engine: draws, experiments, observations, sheets, and the judge that compares them."""
