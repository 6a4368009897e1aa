"""What a template's language says: intrinsic functions, conditions, parameters, references, and values in it."""
