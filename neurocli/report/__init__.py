"""How a record is shown; knows records only."""
