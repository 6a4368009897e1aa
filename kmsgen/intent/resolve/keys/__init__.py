"""The keys that an intent is about: one to create, or keys that exist, and of which kind they are."""
