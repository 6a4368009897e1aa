"""Terraform modules, written of a bundle."""
