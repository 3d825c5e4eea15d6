"""Attacks with the language layer switched off: the kernel's fences stand alone."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from sandbox import LocalRunner, Verdict
from tests.security.sandbox.attacks import native, run_code, still_works
from tests.security.sandbox.conftest import no_process_left

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="these attacks know x86_64's call numbers"),
]

KILLED = {
    # files
    "write a file": "open('/tmp/nexus-escape', 'w').write('x')",
    "create a file": "os.open('/tmp/nexus-escape', os.O_CREAT | os.O_RDONLY)",
    "append to a file": "open('/etc/passwd', 'a').write('x')",
    "make an unnamed file": "os.open('/tmp', os.O_TMPFILE | os.O_WRONLY)",
    "creat": "call(libc.creat, b'/tmp/nexus-escape', 0o644)",
    "symbolic link": "os.symlink('/etc/passwd', '/tmp/nexus-escape')",
    "hard link": "os.link('/etc/passwd', '/tmp/nexus-escape')",
    "rename": "os.rename('/tmp/a', '/tmp/../tmp/nexus-escape')",
    "remove": "os.unlink('/tmp/nexus-escape')",
    "make a folder": "os.mkdir('/tmp/nexus-escape')",
    "set-uid bit": "os.chmod('/tmp', 0o4755)",
    "change owner": "os.chown('/tmp', 0, 0)",
    "fifo": "os.mkfifo('/tmp/nexus-escape')",
    "device": "os.mknod('/tmp/nexus-escape', 0o600 | 0o020000, 0x103)",
    "truncate": "os.truncate('/etc/passwd', 0)",
    "chroot": "os.chroot('/tmp')",
    "open by handle": "call(libc.open_by_handle_at, 3, None, 0)",
    "anonymous file": "os.memfd_create('x')",
    # processes
    "execve": "os.execv('/bin/true', ['true'])",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "system": "os.system('true')",
    "fork": "os.fork()",
    "fork bomb": "while True: os.fork()",
    "daemon": "os.fork() or os.setsid() or os.fork()",
    "vfork": "call(libc.syscall, 58)",
    "clone3": "call(libc.syscall, 435, None, 0)",
    "thread": "modules['_thread'].start_new_thread(builtins.print, ())",
    # signals and tracing
    "kill the parent": "os.kill(os.getppid(), 9)",
    "kill everyone": "os.kill(-1, 9)",
    "trace": "call(libc.ptrace, 16, 1, None, None)",
    "read another's memory": "call(libc.process_vm_readv, 1, None, 0, None, 0, 0)",
    "write another's memory": "call(libc.process_vm_writev, 1, None, 0, None, 0, 0)",
    "open a process": "os.pidfd_open(1)",
    "take a descriptor": "call(libc.syscall, 438, 3, 0, 0)",
    "signal by pidfd": "call(libc.syscall, 424, 3, 9, None, 0)",
    # the kernel's surface
    "mount": "call(libc.mount, b'none', b'/tmp', b'tmpfs', 0, None)",
    "bpf": "call(libc.syscall, 321, 0, None, 0)",
    "keyctl": "call(libc.syscall, 250, 0)",
    "add_key": "call(libc.syscall, 248, b'user', b'x', b'x', 1, -3)",
    "io_uring": "call(libc.syscall, 425, 8, None)",
    "perf": "call(libc.syscall, 298, None, 0, -1, -1, 0)",
    "userfaultfd": "call(libc.syscall, 323, 0)",
    "unshare": "call(libc.unshare, 0x10000000)",
    "setns": "call(libc.setns, 3, 0)",
    "personality": "call(libc.personality, 0xffffffff)",
    "quotactl": "call(libc.quotactl, 0, None, 0, None)",
    "another filter": "call(libc.syscall, 317, 1, 0, None)",
    "become root": "os.setuid(0)",
    "capabilities": "call(libc.capset, None, None)",
    "shared memory": "call(libc.shmget, 0, 4096, 0o1600)",
    "semaphores": "call(libc.semget, 0, 1, 0o1600)",
    "message queue": "call(libc.msgget, 0, 0o1600)",
    "posix message queue": "call(libc.syscall, 240, b'x', 0o102, 0o600, None)",
    "swap": "call(libc.swapon, b'/tmp/x', 0)",
    "reboot": "call(libc.reboot, 0)",
    "module": "call(libc.syscall, 175, None, 0, b'')",
    "landlock on top": "call(libc.syscall, 272, 0x20000)",
    # network
    "tcp": "socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(('127.0.0.1', 80))",
    "metadata address": "socket.create_connection(('169.254.169.254', 80))",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
    "listen": "socket.socket().bind(('127.0.0.1', 0))",
    "unix socket": "socket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')",
    "abstract socket": "socket.socket(socket.AF_UNIX).connect('\\0x')",
    "socket pair": "socket.socketpair()",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "packet": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "crypto socket": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "vsock": "socket.socket(40, socket.SOCK_STREAM)",
    "send a descriptor": "call(libc.sendmsg, 3, None, 0)",
    "receive a descriptor": "call(libc.recvmsg, 3, None, 0)",
    "connect its channel": "call(libc.connect, 3, None, 0)",
}
REFUSED = {
    "read passwd": "open('/etc/passwd').read()",
    "read its own environment": "open('/proc/self/environ').read()",
    "read the parent's maps": "open('/proc/1/maps').read()",
    "read memory through proc": "os.open('/proc/self/mem', os.O_RDONLY)",
    "list a folder": "os.listdir('/')",
    "list processes": "os.listdir('/proc')",
    "ask about a path": "os.stat('/etc/passwd')",
    "ask for access": "call(libc.access, b'/etc/passwd', 4)",
    "read a link": "os.readlink('/proc/self/exe')",
    "change folder": "os.chdir('/tmp')",
    "openat2": "call(libc.syscall, 437, -100, b'/etc/passwd', None, 24)",
    "executable memory": "call(libc.mprotect, ctypes.c_void_p(ctypes.addressof(ctypes.create_string_buffer(8192)) & ~4095),"
    " ctypes.c_size_t(4096), 7)",
    "map executable memory": "modules['mmap'].mmap(-1, 4096, prot=7) if 'mmap' in modules else call(libc.syscall, 9, 0, 4096, 7, 34, -1, 0)",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_CPU, (100, 100))",
    "raise a parent's limit": "resource.prlimit(1, resource.RLIMIT_CPU, (100, 100))",
    "be nicer to itself": "call(libc.setpriority, 0, 0, -5)",
    "choose its processor": "os.sched_setaffinity(0, {0})",
    "outlive its parent": "call(libc.prctl, 1, 0, 0, 0, 0)",
    "allow a core dump": "call(libc.prctl, 4, 1, 0, 0, 0)",
    "duplicate descriptors": "os.dup(3)",
    "own the terminal": "call(libc.ioctl, 3, 0x540E, 0)",
    "make a pipe": "os.pipe()",
    "new session": "os.setsid()",
    "sleep": "modules['time'].sleep(60)",
    "alarm": "call(libc.setitimer, 0, None, None)",
    "statfs": "os.statvfs('/')",
    "extended attributes": "os.listxattr('/tmp')",
    "random device": "open('/dev/urandom', 'rb').read(1)",
    "watch files": "call(libc.inotify_init1, 0)",
    "poll for ever": "modules['select'].select([3], [], [])",
}


@pytest.mark.parametrize("name", KILLED)
async def test_what_only_an_attacker_calls_kills_it(runner: LocalRunner, name: str) -> None:
    result = await run_code(runner, native(KILLED[name]))
    assert result.verdict is Verdict.KILLED_BY_POLICY, (result.verdict, result.error)
    assert result.verdict.security_event
    assert not Path("/tmp/nexus-escape").exists()
    assert await no_process_left(runner)
    assert await still_works(runner)


@pytest.mark.parametrize("name", REFUSED)
async def test_what_it_may_not_do_fails_inside_and_leaves_nothing(runner: LocalRunner, name: str) -> None:
    result = await run_code(runner, native(REFUSED[name]))
    assert result.verdict is Verdict.EXCEPTION, (result.verdict, result.value)
    assert result.error is not None
    assert result.error["message"].startswith(("PermissionError", "OSError", "ValueError: not allowed")), result.error
    assert await no_process_left(runner)


async def test_nothing_is_inherited(runner: LocalRunner) -> None:
    look = """
def is_open(fd):
    try:
        os.lseek(fd, 0, 1)
    except OSError as error:
        return error.errno != 9
    return True
return {"fds": [fd for fd in range(64) if is_open(fd)], "environ": dict(os.environ), "path": sys.path,
        "argv": [one for one in sys.argv if "nexus" in one], "uid": os.getpid()}
"""
    value = (await run_code(runner, native(look))).value
    assert value["fds"] == [0, 1, 2, 3]
    assert value["environ"] == {}
    assert value["path"] == []


async def test_writing_to_standard_output_goes_nowhere(runner: LocalRunner) -> None:
    flood = "block = b'x' * 1000000\nfor _ in range(1000): os.write(1, block); os.write(2, block)\nreturn 'done'"
    result = await run_code(runner, native(flood))
    assert result.value == "done"


async def test_no_module_of_the_service_is_in_the_child(runner: LocalRunner) -> None:
    look = (
        "return [name for name in modules if name.partition('.')[0] in ('core', 'sandbox', 'pydantic', 'sqlalchemy')]"
    )
    assert (await run_code(runner, native(look))).value == []


async def test_the_import_system_is_empty(runner: LocalRunner) -> None:
    result = await run_code(runner, native("builtins.__import__('sqlite3')"))
    assert result.error is not None
    assert result.error["message"].startswith("ModuleNotFoundError")
