"""Least-privilege access to AWS KMS keys, written as an intent and proved before it is deployed."""

__version__ = "0.1.0"
