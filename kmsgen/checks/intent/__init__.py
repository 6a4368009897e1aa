"""The three questions on what an intent asks for: is it allowed, is nothing else, is nobody locked out."""
