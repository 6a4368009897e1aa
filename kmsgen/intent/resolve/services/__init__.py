"""Lines of `services`: which service each is about, who uses the key through it, and with what."""
