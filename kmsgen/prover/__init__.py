"""Bundle to classes of access with witnesses; proof, difference, minimality."""
