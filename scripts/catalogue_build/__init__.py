"""How the generated half of the catalogue is made: public packages and hand-kept documentation facts, merged."""
