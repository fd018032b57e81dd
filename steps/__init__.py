"""Pixels: the plugin contract, the picture kernel, one plugin a file. No I/O, no AWS."""
