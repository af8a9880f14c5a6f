"""Writes a seccomp filter for `bwrap --seccomp`, as systemd makes one of a unit.

argv: the file; the address families of RestrictAddressFamilies=; 1 for MemoryDenyWriteExecute=yes.
stdin: the names of the system calls that SystemCallFilter= allows.
"""

import errno
import socket
import sys

import seccomp

PROT_WRITE, PROT_EXEC = 2, 4

target, families, denies_writable_code = sys.argv[1:]
denied = seccomp.ERRNO(errno.EPERM)
rules = seccomp.SyscallFilter(denied)
for name in sys.stdin.read().split():
    try:
        rules.add_rule(seccomp.ALLOW, name)
    except RuntimeError:
        pass  # a call that this machine or libseccomp does not have
limits = seccomp.SyscallFilter(seccomp.ALLOW)
allowed = {getattr(socket, name) for name in families.split()}
for family in set(range(64)) - allowed:
    limits.add_rule(denied, "socket", seccomp.Arg(0, seccomp.EQ, family))
if denies_writable_code == "1":
    code = seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, PROT_EXEC)
    both = seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC | PROT_WRITE)
    limits.add_rule(denied, "mmap", both)
    limits.add_rule(denied, "mprotect", code)
for number, made in enumerate((rules, limits)):
    with open(f"{target}.{number}", "wb") as file:
        made.export_bpf(file)
