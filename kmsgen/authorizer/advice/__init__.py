"""What would have to change for an access that is not given, tried out before it is said."""
