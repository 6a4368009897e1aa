"""The request context: what every condition key holds, and which permissions a call needs."""
