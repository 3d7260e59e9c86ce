"""An initramfs from a table of files: busybox, /init, programs and the shared libraries that they need.

Written as an uncompressed "newc" archive (Documentation/driver-api/early-userspace/buffer-format.rst in the kernel's
tree): a guest that is interpreted unpacks it faster than it inflates it, and nobody has to be root for the device node.
"""
import pathlib
import re
import stat
import subprocess
import tempfile

NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")
INTERPRETER = re.compile(r"Requesting program interpreter: (.+)\]")


def readelf(path, option):
    done = subprocess.run(["readelf", "--wide", option, str(path)], check=True, capture_output=True, text=True)
    return done.stdout


def shared_libraries(programs, folders):
    """{path in the guest: path here} of everything that `programs` load: the closure over DT_NEEDED, and the loader."""
    found, queue = {}, [pathlib.Path(p) for p in programs]
    seen = set()
    while queue:
        path = queue.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in NEEDED.findall(readelf(path, "--dynamic")):
            library = next((f / name for f in folders if (f / name).is_file()), None)
            if library is None:
                raise FileNotFoundError(f"{name}, which {path.name} needs, is in none of {', '.join(map(str, folders))}")
            found[f"/lib/{name}"] = library
            queue.append(library)
        for loader in INTERPRETER.findall(readelf(path, "--program-headers")):
            name = pathlib.PurePath(loader).name
            found[loader] = next(f / name for f in folders if (f / name).is_file())
    return found


class Archive:
    def __init__(self):
        self.parts, self.folders, self.inode = [], set(), 0
        self.node("/dev/console", stat.S_IFCHR | 0o600, device=(5, 1))  # the kernel opens it before init can mount /dev

    def entry(self, name, mode, data=b"", device=(0, 0)):
        self.inode += 1
        name = name.lstrip("/").encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        for part in (header, data):
            self.parts += [part, b"\0" * (-len(part) % 4)]

    def parents(self, name):
        for parent in reversed(pathlib.PurePosixPath(name).parents):
            if str(parent) != "/" and parent not in self.folders:
                self.folders.add(parent)
                self.entry(str(parent), stat.S_IFDIR | 0o755)

    def node(self, name, mode, data=b"", device=(0, 0)):
        self.parents(name)
        self.entry(name, mode, data, device)

    def file(self, name, data, executable=False):
        self.node(name, stat.S_IFREG | (0o755 if executable else 0o644), data)

    def folder(self, name):
        self.parents(name + "/any")

    def bytes(self):
        return b"".join(self.parts) + self.trailer()

    def trailer(self):
        tail = Archive.__new__(Archive)
        tail.parts, tail.folders, tail.inode = [], set(), 0
        tail.entry("TRAILER!!!", 0)
        return b"".join(tail.parts)


def build(busybox, programs, files, library_folders):
    """Bytes of the archive. `programs` and `files`: {path in the guest: path here}; programs bring their libraries."""
    archive = Archive()
    for folder in ("/proc", "/sys", "/tmp", "/bin", "/etc"):
        archive.folder(folder)
    archive.file("/bin/busybox", pathlib.Path(busybox).read_bytes(), executable=True)
    for name, path in {**shared_libraries(programs.values(), library_folders), **programs}.items():
        archive.file(name, stripped(path), executable=True)
    for name, path in files.items():
        archive.file(name, pathlib.Path(path).read_bytes(), executable=name == "/init")
    return archive.bytes()


def stripped(path):
    """Without debugging information, which no guest reads."""
    path = pathlib.Path(path).resolve()
    prefix = "aarch64-linux-gnu-" if "AArch64" in readelf(path, "--file-header") else ""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([prefix + "strip", "--strip-unneeded", "-o", out.name, str(path)], check=True)
        return pathlib.Path(out.name).read_bytes()
