"""The list of system calls a runner may make, as a BPF program for x86_64 and aarch64.

Allowed is what a Python program needs that computes and talks on one descriptor. What nothing legitimate calls
kills the process, so that an attempt is a verdict and not only an error. Everything else answers EPERM.
"""

from __future__ import annotations

import struct

_LOAD, _JUMP, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
_STEP_BYTES, _FARTHEST = 8, 255
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _EACCES = 1, 13
_REFUSE = _ERRNO | _EPERM
_PROT_EXEC = 4
_X32_BIT = 0x40000000
# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND and the bit of O_TMPFILE: the same on both machines.
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000 | 0o20000000

ALLOWED = (
    "read", "write", "futex", "munmap", "brk", "mremap", "madvise", "close", "lseek",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
    "clock_gettime", "clock_getres", "gettimeofday", "getrandom", "sched_yield",
    "getpid", "gettid", "exit", "exit_group",
)  # fmt: skip
"""Needed by CPython itself once everything is loaded."""

KILLED = (
    "execve", "execveat", "clone", "clone3", "fork", "vfork", "kill", "ptrace", "process_vm_readv",
    "process_vm_writev", "process_madvise", "kcmp", "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
    "rt_sigqueueinfo", "rt_tgsigqueueinfo",
    "socket", "socketpair", "bind", "listen", "accept", "accept4", "connect", "sendto", "sendmsg", "sendmmsg",
    "recvmsg", "recvmmsg", "setsockopt",
    "creat", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat", "rename", "renameat", "renameat2",
    "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "chmod", "fchmod", "fchmodat", "chown", "fchown",
    "lchown", "fchownat", "truncate", "open_by_handle_at", "name_to_handle_at", "chroot", "pivot_root",
    "mount", "umount2", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
    "unshare", "setns", "bpf", "keyctl", "add_key", "request_key", "perf_event_open", "userfaultfd",
    "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "memfd_create", "memfd_secret",
    "seccomp", "personality", "modify_ldt", "quotactl", "quotactl_fd", "acct", "swapon", "swapoff", "reboot",
    "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "iopl", "ioperm",
    "setuid", "setgid", "setresuid", "setresgid", "setreuid", "setregid", "setgroups", "capset",
    "shmget", "shmat", "shmctl", "semget", "semop", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl", "mq_open",
    "fanotify_init", "sethostname", "setdomainname", "settimeofday", "clock_settime", "adjtimex",
)  # fmt: skip
"""Called by attackers only. (``openat`` and ``open`` are killed when they would write, refused otherwise.)"""

_X86_64 = {
    "read": 0, "write": 1, "open": 2, "close": 3, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28,
    "shmget": 29, "shmat": 30, "shmctl": 31, "getpid": 39, "socket": 41, "connect": 42, "accept": 43,
    "sendto": 44, "sendmsg": 46, "recvmsg": 47, "bind": 49, "listen": 50, "socketpair": 53, "setsockopt": 54,
    "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "exit": 60, "kill": 62, "semget": 64, "semop": 65,
    "semctl": 66, "msgget": 68, "msgsnd": 69, "msgrcv": 70, "msgctl": 71, "truncate": 76, "rename": 82,
    "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88, "chmod": 90, "fchmod": 91,
    "chown": 92, "fchown": 93, "lchown": 94, "gettimeofday": 96, "ptrace": 101, "setuid": 105, "setgid": 106,
    "setreuid": 113, "setregid": 114, "setgroups": 116, "setresuid": 117, "setresgid": 119, "capset": 126,
    "rt_sigqueueinfo": 129, "sigaltstack": 131, "mknod": 133, "personality": 135, "modify_ldt": 154,
    "pivot_root": 155, "adjtimex": 159, "chroot": 161, "acct": 163, "settimeofday": 164, "mount": 165,
    "umount2": 166, "swapon": 167, "swapoff": 168, "reboot": 169, "sethostname": 170, "setdomainname": 171,
    "iopl": 172, "ioperm": 173, "init_module": 175, "delete_module": 176, "quotactl": 179, "gettid": 186,
    "futex": 202, "io_setup": 206, "restart_syscall": 219, "clock_settime": 227, "clock_gettime": 228,
    "clock_getres": 229, "exit_group": 231, "mq_open": 240, "kexec_load": 246, "add_key": 248,
    "request_key": 249, "keyctl": 250, "openat": 257, "mkdirat": 258, "mknodat": 259, "fchownat": 260,
    "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266, "fchmodat": 268, "unshare": 272,
    "accept4": 288, "rt_tgsigqueueinfo": 297, "perf_event_open": 298, "recvmmsg": 299, "fanotify_init": 300,
    "name_to_handle_at": 303, "open_by_handle_at": 304, "sendmmsg": 307, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "renameat2": 316, "seccomp": 317,
    "getrandom": 318, "memfd_create": 319, "kexec_file_load": 320, "bpf": 321, "execveat": 322,
    "userfaultfd": 323,
}  # fmt: skip
_AARCH64 = {
    "io_setup": 0, "mknodat": 33, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38,
    "umount2": 39, "mount": 40, "pivot_root": 41, "truncate": 45, "chroot": 51, "fchmod": 52, "fchmodat": 53,
    "fchownat": 54, "fchown": 55, "openat": 56, "close": 57, "quotactl": 60, "lseek": 62, "read": 63,
    "write": 64, "acct": 89, "capset": 91, "personality": 92, "exit": 93, "exit_group": 94, "unshare": 97,
    "futex": 98, "kexec_load": 104, "init_module": 105, "delete_module": 106, "clock_settime": 112,
    "clock_gettime": 113, "clock_getres": 114, "ptrace": 117, "sched_yield": 124, "restart_syscall": 128,
    "kill": 129, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigqueueinfo": 138,
    "rt_sigreturn": 139, "reboot": 142, "setregid": 143, "setgid": 144, "setreuid": 145, "setuid": 146,
    "setresuid": 147, "setresgid": 149, "setgroups": 159, "sethostname": 161, "setdomainname": 162,
    "gettimeofday": 169, "settimeofday": 170, "adjtimex": 171, "getpid": 172, "gettid": 178, "mq_open": 180,
    "msgget": 186, "msgctl": 187, "msgrcv": 188, "msgsnd": 189, "semget": 190, "semctl": 191, "semop": 193,
    "shmget": 194, "shmctl": 195, "shmat": 196, "socket": 198, "socketpair": 199, "bind": 200, "listen": 201,
    "accept": 202, "connect": 203, "sendto": 206, "setsockopt": 208, "sendmsg": 211, "recvmsg": 212, "brk": 214,
    "munmap": 215, "mremap": 216, "add_key": 217, "request_key": 218, "keyctl": 219, "clone": 220,
    "execve": 221, "mmap": 222, "swapon": 224, "swapoff": 225, "mprotect": 226, "madvise": 233,
    "rt_tgsigqueueinfo": 240, "perf_event_open": 241, "accept4": 242, "recvmmsg": 243, "fanotify_init": 262,
    "name_to_handle_at": 264, "open_by_handle_at": 265, "setns": 268, "sendmmsg": 269, "process_vm_readv": 270,
    "process_vm_writev": 271, "kcmp": 272, "finit_module": 273, "renameat2": 276, "seccomp": 277,
    "getrandom": 278, "memfd_create": 279, "bpf": 280, "execveat": 281, "userfaultfd": 282,
    "kexec_file_load": 294,
}  # fmt: skip
# Numbers from 424 on are the same everywhere.
_EVERYWHERE = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442,
    "quotactl_fd": 443, "memfd_secret": 447,
}  # fmt: skip
_MACHINES = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}


def numbers(machine: str) -> dict[str, int]:
    """Name → number of the calls that the filter speaks of; a call the machine does not have is absent."""
    return {**_MACHINES[machine][1], **_EVERYWHERE}


def _step(code: int, value: int, on_true: int = 0, on_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, on_true, on_false, value)


def _by_bits(argument: int, bits: int, when_set: int, otherwise: int) -> bytes:
    """One action if any of ``bits`` is set in the argument's low word, else the other."""
    return b"".join(
        (
            _step(_LOAD, _ARGUMENTS_AT + 8 * argument),
            _step(_JUMP_ANY_BIT, bits, 0, 1),
            _step(_RETURN, when_set),
            _step(_RETURN, otherwise),
        )
    )


def _answers(machine: str) -> dict[int, bytes]:
    """Call number → the code that answers it; every other call is refused."""
    known = numbers(machine)
    answers = {known[name]: _step(_RETURN, _KILL) for name in KILLED if name in known}
    answers.update({known[name]: _step(_RETURN, _ALLOW) for name in ALLOWED})
    answers.update({known[name]: _by_bits(2, _PROT_EXEC, _ERRNO | _EACCES, _ALLOW) for name in ("mmap", "mprotect")})
    for name, flags in (("openat", 2), ("open", 1)):
        if name in known:
            answers[known[name]] = _by_bits(flags, _WRITING, _KILL, _REFUSE)
    return answers


def _ranges(answers: dict[int, bytes]) -> list[tuple[int, bytes]]:
    """First number of each run of calls that have one answer, in order, with that answer."""
    refuse = _step(_RETURN, _REFUSE)
    ranges = [(0, answers.get(0, refuse))]
    for number in range(1, max(answers) + 2):
        answer = answers.get(number, refuse)
        if answer != ranges[-1][1]:
            ranges.append((number, answer))
    return ranges


def _search(ranges: list[tuple[int, bytes]]) -> bytes:
    """A binary search over ``ranges``: the kernel tries a filter on every number when it is installed."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    lower, upper = _search(ranges[:middle]), _search(ranges[middle:])
    far = len(lower) // _STEP_BYTES
    if far <= _FARTHEST:
        return _step(_JUMP_AT_LEAST, ranges[middle][0], far, 0) + lower + upper
    return _step(_JUMP_AT_LEAST, ranges[middle][0], 0, 1) + _step(_JUMP, far) + lower + upper


def program(machine: str) -> bytes:
    """The filter for ``machine``, as bytes of ``struct sock_filter``."""
    architecture, _ = _MACHINES[machine]
    head = (
        _step(_LOAD, _ARCH_AT),
        _step(_JUMP_EQUAL, architecture, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        _step(_JUMP_AT_LEAST, _X32_BIT, 0, 1),
        _step(_RETURN, _KILL),
    )
    return b"".join(head) + _search(_ranges(_answers(machine)))
