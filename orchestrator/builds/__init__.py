"""Builds: from a description to an installed module, as runs of a graph of their own."""
