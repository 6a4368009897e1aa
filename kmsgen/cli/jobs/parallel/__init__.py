"""The same work on many files, by the cores of this machine or by a cluster."""
