"""The form of an intent: what users write, field by field, before it is known what it means."""
