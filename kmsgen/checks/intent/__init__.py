"""Checks of an intent, three questions: is what it asks for allowed, is nothing else, is nobody locked out."""
