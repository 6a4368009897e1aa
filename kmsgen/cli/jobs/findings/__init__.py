"""What lint and verify find in a file, anew or remembered by all that it rests on."""
