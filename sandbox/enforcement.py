"""What holds untrusted code on this host, layer by layer: enforced or not, why not, and what that leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["kernel", "process", "none"]
"""``kernel``: every required layer is up and held against the self-test. ``process``: less than that."""

LANGUAGE = ("static", "runtime")
KERNEL = ("capabilities", "landlock", "seccomp", "rlimits", "namespaces", "cgroup")
LAYERS = (*LANGUAGE, *KERNEL)
"""Every layer that can be left out, so that the others are proven without it; from the outermost to the last."""

REQUIRED = ("capabilities", "landlock", "seccomp", "rlimits")

WAYS_ON = (
    "Run NEXUS in a Linux container whose kernel has Landlock and seccomp, "
    'or, as its owner, set sandbox.require = "process".'
)
"""What to do on a host that cannot enforce the level ``kernel``."""

_LEAVES_OPEN = {
    "static": "Code reaches attributes by their hidden names; the runtime layer and the kernel stand alone.",
    "runtime": "Code reaches Python's own builtins and loaded modules; the kernel stands alone.",
    "capabilities": "A run keeps the rights of the service's user, root's if that is root.",
    "landlock": "Files, TCP and abstract sockets are kept shut by the system call filter alone.",
    "seccomp": "Processes, signals, sockets other than TCP, and faults of the kernel itself are within reach.",
    "rlimits": "One run can take all memory, processor time and descriptors of this host.",
    "namespaces": "The host's processes and addresses could be named, though not reached: seccomp and Landlock refuse.",
    "cgroup": "Each run is limited by itself; the sum of all is limited by how many run at once.",
}
_OFF = "It was switched off."


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. ``detail``: what of it is there; ``why``: the reason where it is not enforced."""

    name: str
    enforced: bool
    required: bool
    detail: str = ""
    why: str = ""
    leaves_open: str = ""


@dataclass(frozen=True, slots=True)
class Isolation:
    """What is enforced here. ``escapes`` names the attacks of the self-test that did not end as they must."""

    level: Level
    layers: tuple[Layer, ...] = ()
    escapes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps the level below ``kernel``."""
        layers = (layer.name for layer in self.layers if layer.required and not layer.enforced)
        return (*layers, *(f"self-test: {name}" for name in self.escapes))

    def enforces(self, name: str) -> bool:
        """Whether the layer ``name`` is up."""
        return any(layer.enforced for layer in self.layers if layer.name == name)


def read_report(asked: Sequence[str], report: Mapping[str, Any], cgroup: tuple[str, str]) -> Isolation:
    """The isolation of a zygote that was asked for the layers ``asked``.

    ``report``: per layer ``[detail, why]``, of which one is empty. ``cgroup`` is the same for the group that the host
    puts the zygote into.
    """
    found = {"static": ["RestrictedPython and our rules", ""], "runtime": ["facades and guarded builtins", ""]}
    found |= {**report, "cgroup": cgroup}
    layers = tuple(_layer(name, found[name] if name in asked else ["", _OFF]) for name in LAYERS)
    level: Level = "kernel" if all(layer.enforced for layer in layers if layer.required) else "process"
    return Isolation(level, layers)


def _layer(name: str, found: Sequence[str]) -> Layer:
    detail, why = found
    enforced = not why
    return Layer(name, enforced, name in REQUIRED, detail, why, "" if enforced else _LEAVES_OPEN[name])
