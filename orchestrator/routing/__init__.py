"""Which models answer what: the routing as versions, from nexus.toml or by HTTP, in force without a restart."""
