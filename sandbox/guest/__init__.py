"""What runs on the far side of the fence: zygote, supervisor, runner and compile child.

Imports the standard library and RestrictedPython, and nothing of ours. Everything is loaded before the first
request; afterwards the import system is empty and no file can be opened.
"""
