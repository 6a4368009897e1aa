"""Random scenarios over the whole policy language: the same seed, the same scenario.

`scenario(seed)` makes policies and everything around a key, `draw` a request that they may be about. What was made is counted, so
that a test can say that nothing of the language was left out. `shrink` takes away what a finding does not need.
"""
