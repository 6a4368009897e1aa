"""What a request holds: the values of every condition key, and the permissions that a call needs."""
