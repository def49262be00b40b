"""Networks, the language that names them, and their parametrizations."""
