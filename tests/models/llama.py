"""llama.cpp's own server in a process of its own: ``python -m tests.models.llama FILE`` prints its address.

It serves until its standard input ends, so it cannot outlive whoever started it.
"""

from __future__ import annotations

import importlib
import sys

CONTEXT_TOKENS = 2048
QUIET = 0


def main(file: str) -> None:
    """Serve the model in ``file`` on a free port of the loopback, one request at a time."""
    # a compiled module, of which a type checker sees nothing
    llama = importlib.import_module("xllamacpp")
    chosen = llama.CommonParams()
    chosen.model.path = file
    chosen.model_alias = {"smollm2"}
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = 0
    chosen.n_ctx = CONTEXT_TOKENS
    # so that an answer can be without end: only who leaves ends it
    chosen.ctx_shift = True
    # with a second place a request that is never given up would go unnoticed
    chosen.n_parallel = 1
    # two threads wait for each other in a loop, which on a busy machine makes them twenty times slower than one
    chosen.cpuparams.n_threads = chosen.cpuparams_batch.n_threads = 1
    chosen.verbosity = QUIET
    chosen.warmup = False
    server = llama.Server(chosen)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
