"""Guard rails to Deny statements."""
