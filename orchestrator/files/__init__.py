"""Uploaded files: bytes that messages refer to by id. The service never opens a path that a message names."""
