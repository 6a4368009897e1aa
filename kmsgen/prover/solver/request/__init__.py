"""What a request holds, as terms: who makes it, on what, and what each condition and grant says of it."""
