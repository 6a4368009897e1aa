"""The command line: parsing, printing, exit codes, and the only writes."""
