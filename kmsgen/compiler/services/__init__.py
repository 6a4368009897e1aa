"""Lines of services to permits, by the statements of the catalogue."""
