"""Every tool call, whoever asks for it, ends here: weighed, called once, recorded."""
