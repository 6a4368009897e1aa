"""Request and bundle to decision. Pure: no clock, no file, no network."""
