"""What must hold of a bundle."""
