"""Advice on denied access: changes that give it, each tried with the authorizer before it is told."""
