"""Boots one guest and gives back what it said."""
import base64
import pathlib
import re
import subprocess
import time

EXIT = re.compile(r"^VM-EXIT rc=(\d+)$", re.M)
SENT = re.compile(r"^SEND-BEGIN (\S+)$\n(.*?)^SEND-END \1$", re.M | re.S)
TAP = re.compile(r"^((?:not )?ok - .*)$", re.M)
KERNEL_TROUBLE = re.compile(r"^.*(?:\bBUG:|\bOops\b|WARNING: CPU|Kernel panic|Call [Tt]race).*$", re.M)


class Said:
    """The serial log of a finished guest."""

    def __init__(self, text, qemu_status, seconds):
        # Firmware and kernel draw on the same line: escape sequences and carriage returns go.
        self.text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1bc|\r", "", text)
        self.qemu_status, self.seconds = qemu_status, seconds

    def tap(self):
        return TAP.findall(self.text)

    def files(self):
        """What the guest sent with send(): {name: bytes}."""
        return {name: base64.b64decode(body) for name, body in SENT.findall(self.text)}

    def trouble(self):
        """Why this was no sound run of a guest; empty when it was."""
        if (kernel := KERNEL_TROUBLE.search(self.text)) is not None:
            return f"the kernel complained: {kernel.group(0).strip()}"
        end = EXIT.search(self.text)
        if end is None:
            return f"no VM-EXIT line after {self.seconds:.0f} s (qemu ended with {self.qemu_status}): panic, hang or timeout"
        if end[1] != "0":
            return f"the guest ended with rc={end[1]}"
        if self.qemu_status != 0:
            return f"qemu ended with {self.qemu_status}"
        return ""


def boot(command, log, limit_seconds):
    """Runs qemu until the guest powers off. `timeout` kills it where even its own handling of signals hangs."""
    begun = time.monotonic()
    with open(log, "wb") as out:
        status = subprocess.run(["timeout", "--kill-after=5", str(limit_seconds), *command], stdin=subprocess.DEVNULL,
                                stdout=out, stderr=subprocess.STDOUT).returncode
    return Said(pathlib.Path(log).read_text(errors="replace"), status, time.monotonic() - begun)
