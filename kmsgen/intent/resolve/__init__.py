"""From what is written to what is meant, a module a part."""
