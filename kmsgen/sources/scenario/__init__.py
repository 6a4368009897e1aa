"""Scenarios: policies with requests and their expected answers."""
