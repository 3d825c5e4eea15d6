"""What can happen to a page, at every moment of a run: it ends where the log is, and nothing is sent twice."""
