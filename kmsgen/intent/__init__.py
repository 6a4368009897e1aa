"""What the user asked: the YAML intent, its model, its presets and its JSON Schema."""
