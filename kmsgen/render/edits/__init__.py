"""Edits of an intent that was rendered before: their steps, what is held meanwhile, keys that go."""
