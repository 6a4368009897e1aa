"""The policy language as frozen data; JSON in and out."""
