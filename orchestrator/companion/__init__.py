"""How the companion behaves: which mode a message is for, and the shape of what it answers."""
