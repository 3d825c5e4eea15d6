"""Who is at the door: keys for programs, sessions for browsers, one-time links between the two."""
