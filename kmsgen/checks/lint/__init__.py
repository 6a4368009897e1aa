"""Lint: findings on any policies, whoever wrote them."""
