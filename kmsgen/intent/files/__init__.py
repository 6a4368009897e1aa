"""Files of intents: reading them, what they extend, and every problem with its place."""
