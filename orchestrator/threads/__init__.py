"""Conversations and their messages. A branch is a new thread that shares messages up to one."""
