"""Whom and what a question asks about: what policies name, and who stands for all that they do not."""
