"""The sandbox as a service of its own, over gRPC: the same interface as in process.

``server`` serves any ``Runner``; ``client`` is one. Sockets and secrets stay with whoever calls: what a run asks for is
asked back on its own stream. Nothing here is imported unless the service is used (extra ``sandbox-grpc``).
"""

import os

# What its core writes to standard error is not ours to say, and each failure is told as an error anyway.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
