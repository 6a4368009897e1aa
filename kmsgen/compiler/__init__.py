"""Intent to bundle."""
