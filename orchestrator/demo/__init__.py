"""A local stand-in for services outside: what it says is invented, how it says it is theirs."""
