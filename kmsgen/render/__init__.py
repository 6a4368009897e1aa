"""Bundle to artifacts."""
