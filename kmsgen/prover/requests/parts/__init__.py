"""The parts of a request: condition keys that are decided together, a module a kind of part."""
