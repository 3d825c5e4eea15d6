"""Attacks on the kernel itself, with raw system calls where Python has no word for them; numbers are x86_64's."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

from tests.security.hostile.case import native

FILES = {
    "write a file": "open('@FOLDER@/escape', 'w').write('x')",
    "create a file": "os.open('@FOLDER@/escape', os.O_CREAT | os.O_RDONLY)",
    "append to a file": "open('@FILE@', 'a').write('x')",
    "make an unnamed file": "os.open('@FOLDER@', os.O_TMPFILE | os.O_WRONLY)",
    "creat": "call(libc.creat, b'@FOLDER@/escape', 0o644)",
    "symbolic link": "os.symlink('@FILE@', '@FOLDER@/escape')",
    "hard link": "os.link('@FILE@', '@FOLDER@/escape')",
    "rename": "os.rename('@FILE@', '/tmp/..@FOLDER@/escape')",
    "remove": "os.unlink('@FILE@')",
    "make a folder": "os.mkdir('@FOLDER@/escape')",
    "set-uid bit": "os.chmod('@FILE@', 0o4755)",
    "change owner": "os.chown('@FILE@', 0, 0)",
    "fifo": "os.mkfifo('@FOLDER@/escape')",
    "device": "os.mknod('@FOLDER@/escape', 0o600 | 0o020000, 0x103)",
    "truncate": "os.truncate('@FILE@', 0)",
    "chroot": "os.chroot('/tmp')",
    "open by handle": "call(libc.open_by_handle_at, 3, None, 0)",
    "anonymous file": "os.memfd_create('x')",
}
METADATA = {
    "touch": "os.utime('@FILE@', (0, 0))",
    "mode of the folder": "os.chmod('@FOLDER@', 0o700)",
    "extended attribute": "os.setxattr('@FILE@', 'user.x', b'x')",
    "exchange": "call(libc.syscall, 316, -100, b'@FILE@', -100, b'@UNIX@', 2)",
}
DATAGRAMS = {
    "udp to the canary": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', @PORT@))",
    "unix to the canary": "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', '@DATAGRAM@')",
}
HOST = {
    "its limits": "resource.prlimit(@PID@, resource.RLIMIT_CORE, (7, 7))",
    "its processors": "os.sched_setaffinity(@PID@, {0})",
    "its priority": "os.setpriority(os.PRIO_PROCESS, @PID@, 19)",
    "its group": "os.setpgid(@PID@, @PID@)",
    "its memory": "os.open('/proc/@PID@/mem', os.O_RDWR)",
    "its environment": "return open('/proc/@PID@/environ').read()",
    "its descriptors": "return os.listdir('/proc/@PID@/fd')",
}
PROCESSES = {
    "execve": "os.execv('/bin/true', ['true'])",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "system": "os.system('true')",
    "fork": "os.fork()",
    "fork bomb": "while True: os.fork()",
    "daemon": "os.fork() or os.setsid() or os.fork()",
    "vfork": "call(libc.syscall, 58)",
    "clone3": "call(libc.syscall, 435, None, 0)",
    "thread": "modules['_thread'].start_new_thread(builtins.print, ())",
}
TRACING = {
    "kill the parent": "os.kill(os.getppid(), 9)",
    "kill everyone": "os.kill(-1, 9)",
    "trace": "call(libc.ptrace, 16, 1, None, None)",
    "read another's memory": "call(libc.process_vm_readv, 1, None, 0, None, 0, 0)",
    "write another's memory": "call(libc.process_vm_writev, 1, None, 0, None, 0, 0)",
    "open a process": "os.pidfd_open(1)",
    "take a descriptor": "call(libc.syscall, 438, 3, 0, 0)",
    "signal by pidfd": "call(libc.syscall, 424, 3, 9, None, 0)",
}
SURFACE = {
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
}
NETWORK = {
    "tcp": "socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(('127.0.0.1', @PORT@))",
    "metadata address": "socket.create_connection(('169.254.169.254', 80))",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
    "listen": "socket.socket().bind(('127.0.0.1', 0))",
    "unix socket": "socket.socket(socket.AF_UNIX).connect('@UNIX@')",
    "abstract socket": "socket.socket(socket.AF_UNIX).connect('\\0@ABSTRACT@')",
    "socket pair": "socket.socketpair()",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "packet": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "crypto socket": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "vsock": "socket.socket(40, socket.SOCK_STREAM)",
    "send a descriptor": "call(libc.sendmsg, 3, None, 0)",
    "receive a descriptor": "call(libc.recvmsg, 3, None, 0)",
    "connect its channel": "call(libc.connect, 3, None, 0)",
}
READING = {
    "read a file": "return open('@FILE@').read()",
    "list a folder": "return os.listdir('@FOLDER@')",
    "ask about a path": "return list(os.stat('@FILE@'))",
    "ask for access": "call(libc.access, b'@FILE@', 4)",
    "read a link": "os.readlink('/proc/self/exe')",
    "change folder": "os.chdir('/tmp')",
    "openat2": "call(libc.syscall, 437, -100, b'@FILE@', None, 24)",
    "statfs": "os.statvfs('/')",
    "extended attributes": "os.listxattr('/tmp')",
    "random device": "open('/dev/urandom', 'rb').read(1)",
    "watch files": "call(libc.inotify_init1, 0)",
}
PROC = {
    "read its own environment": "return open('/proc/self/environ').read()",
    "read the parent's maps": "return open('/proc/1/maps').read()",
    "read memory through proc": "os.open('/proc/self/mem', os.O_RDONLY)",
    "list processes": "os.listdir('/proc')",
    "read the system's settings": "return open('/sys/kernel/mm/transparent_hugepage/enabled').read()",
    "read the command line": "return open('/proc/self/cmdline').read()",
    "list its descriptors": "return os.listdir('/proc/self/fd')",
    "read a neighbour through the root link": "return open('/proc/self/root@FILE@').read()",
    "reach a file through its descriptor": "return open('/proc/self/fd/0').read()",
    "trigger the kernel": "open('/proc/sysrq-trigger', 'rb').read()",
}
CODE = {
    "executable memory": "call(libc.mprotect, ctypes.c_void_p(ctypes.addressof(ctypes.create_string_buffer(8192)) & ~4095),"
    " ctypes.c_size_t(4096), 7)",
    "map executable memory": "modules['mmap'].mmap(-1, 4096, prot=7) if 'mmap' in modules else call(libc.syscall, 9, 0, 4096, 7, 34, -1, 0)",
    "load a library": "ctypes.CDLL('@FILE@')",
    "load a library of the system": "ctypes.CDLL('libcrypt.so.1')",
}
LIMITS = {
    "raise a limit": "resource.setrlimit(resource.RLIMIT_CPU, (100, 100))",
    "raise a parent's limit": "resource.prlimit(1, resource.RLIMIT_CPU, (100, 100))",
    "be nicer to itself": "call(libc.setpriority, 0, 0, -5)",
    "choose its processor": "os.sched_setaffinity(0, {0})",
    "outlive its parent": "call(libc.prctl, 1, 0, 0, 0, 0)",
    "allow a core dump": "call(libc.prctl, 4, 1, 0, 0, 0)",
}
CALLS = {
    "duplicate descriptors": "os.dup(3)",
    "own the terminal": "call(libc.ioctl, 3, 0x540E, 0)",
    "make a pipe": "os.pipe()",
    "new session": "os.setsid()",
    "sleep": "modules['time'].sleep(60)",
    "alarm": "call(libc.setitimer, 0, None, None)",
    "poll for ever": "modules['select'].select([3], [], [])",
}
DISK = {
    "fill the disk": "while True: open('@FOLDER@/bomb', 'ab').write(b'x' * 1000000)",
    "five thousand files": "for number in range(5000): os.open('@FOLDER@/%d' % number, os.O_CREAT | os.O_WRONLY)",
    "a file in memory": "os.write(os.memfd_create('bomb'), b'x' * 1000000)",
    "a hole in a file": "os.truncate('@FILE@', 1 << 40)",
}
NAMES = {
    "getaddrinfo": "socket.getaddrinfo('example.com', 80)",
    "gethostbyname": "socket.gethostbyname('canary.example')",
    "ask a name server": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 17).sendto(b'x' * 12, ('8.8.8.8', 53))",
}
SIGNALS = {
    "kill itself": "os.kill(os.getpid(), 9)",
    "abort": "os.abort()",
    "queue a signal": "call(libc.syscall, 129, 1, 9, None)",
    "signal its group": "os.killpg(os.getpgrp() if False else 1, 15)",
}

CASES = [
    *native("files", FILES, "killed"),
    *native("what is known of files", METADATA, "killed or denied"),
    *native("the host process", HOST, "killed or denied"),
    *native("datagrams", DATAGRAMS, "killed"),
    *native("disk bombs", DISK, "killed"),
    *native("processes", PROCESSES, "killed"),
    *native("tracing", TRACING, "killed"),
    *native("kernel surface", SURFACE, "killed"),
    *native("network", NETWORK, "killed"),
    *native("names of hosts", NAMES, "killed"),
    *native("signals", SIGNALS, "killed or crash"),
    *native("reading files", READING, "denied"),
    *native("proc and sys", PROC, "denied"),
    *native("machine code", CODE, "denied"),
    *native("own limits", LIMITS, "denied"),
    *native("other system calls", CALLS, "denied"),
]
