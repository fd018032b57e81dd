"""Lambda entry points. Each is thin: read what came, make one call, answer."""
