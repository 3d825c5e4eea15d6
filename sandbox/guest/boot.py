"""Started as ``python -I -S boot.py``: loads RestrictedPython and the guest by their places, then serves.

Arguments: the folder of RestrictedPython, this folder, the folder of zone data, the descriptor of the host's
socket, the layers to put up (comma-separated), the profile.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys


def _load(name: str, folder: str, whole: bool = True) -> None:
    """Make a package importable; with ``whole``, also run what it does on import."""
    place = os.path.join(folder, "__init__.py")  # noqa: PTH118
    if not os.path.isfile(place):  # noqa: PTH113
        raise FileNotFoundError(place)
    spec = importlib.util.spec_from_file_location(name, place, submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        raise ImportError(place)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if whole:
        spec.loader.exec_module(module)


def main(arguments: list[str]) -> None:
    """Become the zygote."""
    restricted, guest, zones, descriptor, layers, profile = arguments
    # Without OpenSSL, whose library would be mapped into every fork, hashlib uses the interpreter's own hashes.
    sys.modules["_hashlib"] = None  # type: ignore[assignment]
    # A run needs its guards and not its compiler, which the package would load.
    _load("RestrictedPython", restricted, whole=profile == "compile")
    _load("guest", guest)
    importlib.import_module("guest.zygote").serve(int(descriptor), zones, frozenset(layers.split(",")), profile)


def tell(descriptor: int, error: BaseException) -> None:
    """Why there is no zygote, to a host that hears nothing else from here."""
    os.write(descriptor, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Exception as error:
        tell(int(sys.argv[4]), error)
        raise
