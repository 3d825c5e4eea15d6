"""The filter's program, executed here as the kernel would, for both machines."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from sandbox.guest import seccomp

ALLOW, KILL, EPERM, EACCES = 0x7FFF0000, 0x80000000, 0x00050001, 0x0005000D
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def decide(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the program answers to one system call."""
    program = seccomp.program(machine)
    steps = list(struct.iter_unpack("=HBBI", program))
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, architecture or ARCHITECTURES[machine], 0, *padded)
    accumulator = at = 0
    while True:
        code, on_true, on_false, value = steps[at]
        at += 1
        if code == 0x06:
            return value
        if code == 0x05:
            at += value
        elif code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[code]
            at += on_true if holds else on_false


@pytest.fixture(params=sorted(ARCHITECTURES))
def machine(request: pytest.FixtureRequest) -> str:
    return request.param


def test_what_python_needs_is_allowed(machine: str) -> None:
    numbers = seccomp.numbers(machine)
    assert {decide(machine, numbers[name]) for name in seccomp.ALLOWED} == {ALLOW}


def test_what_only_an_attacker_calls_kills(machine: str) -> None:
    numbers = seccomp.numbers(machine)
    present = [name for name in seccomp.KILLED if name in numbers]
    assert {decide(machine, numbers[name]) for name in present} == {KILL}
    assert {"execve", "clone", "clone3", "socket", "connect", "ptrace", "bpf", "mount", "kill"} <= set(present)


def test_everything_else_is_refused(machine: str) -> None:
    spoken_of = set(seccomp.numbers(machine).values())
    assert {decide(machine, number) for number in (*range(1024), 0x3FFFFFFF) if number not in spoken_of} == {EPERM}


def test_another_architecture_is_killed_whatever_it_calls(machine: str) -> None:
    other = 0x40000003  # i386, as int 0x80 would be
    assert {decide(machine, number, architecture=other) for number in range(400)} == {KILL}


def test_the_x32_calls_are_killed(machine: str) -> None:
    assert {decide(machine, 0x40000000 + number) for number in range(400)} == {KILL}


@pytest.mark.parametrize("name", ["mmap", "mprotect"])
def test_executable_memory_is_refused_and_other_memory_is_not(machine: str, name: str) -> None:
    number = seccomp.numbers(machine)[name]
    assert decide(machine, number, 0, 4096, 3) == ALLOW
    for protection in (4, 5, 7):
        assert decide(machine, number, 0, 4096, protection) == EACCES


@pytest.mark.parametrize("flags", [0o1, 0o2, 0o100, 0o1000, 0o2000, 0o20200000, 0o1101])
def test_opening_for_write_kills_and_for_reading_is_refused(machine: str, flags: int) -> None:
    number = seccomp.numbers(machine)["openat"]
    assert decide(machine, number, 0, 0, flags) == KILL
    assert decide(machine, number, 0, 0, 0o2000000) == EPERM


def test_the_high_word_of_an_argument_changes_nothing(machine: str) -> None:
    assert decide(machine, seccomp.numbers(machine)["mmap"], 0, 4096, (1 << 40) | 4) == EACCES


def test_the_numbers_are_the_kernel_s(machine: str) -> None:
    header = HEADERS[machine]
    if not header.exists():
        pytest.skip(f"no {header.name} here")
    words = (line.split() for line in header.read_text().splitlines() if line.startswith("#define __NR"))
    known = {
        word[1].removeprefix("__NR3264_").removeprefix("__NR_"): int(word[2])
        for word in words
        if len(word) > 2 and word[2].isdecimal()
    }
    ours = seccomp.numbers(machine)
    assert {name: number for name, number in ours.items() if known.get(name, number) != number} == {}
    missing = {name for name in (*seccomp.ALLOWED, *seccomp.KILLED) if name in known and name not in ours}
    assert missing == set()
