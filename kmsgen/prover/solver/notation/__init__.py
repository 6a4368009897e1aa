"""How the texts of values are written, as terms: numbers, dates, addresses, ARNs, patterns."""
