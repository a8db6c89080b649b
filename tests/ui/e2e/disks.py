"""Small disks of a test's own: one that can be filled, and one that the kernel makes read-only as it does with a drive that fails. Only root may make them."""

import os
import subprocess

LEFT = 8 << 10          # room that the filler leaves


def call(*words):
    return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class SmallDisk:
    """In memory."""

    def __init__(self, folder, size):
        self.folder = folder
        self.filler = os.path.join(folder, "filler")
        os.mkdir(folder)
        self.mounted = call("mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder)

    def fill(self):
        filler = os.open(self.filler, os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(filler, bytes(1 << 16))
        except OSError:
            os.ftruncate(filler, max(0, os.fstat(filler).st_size - LEFT))
        os.close(filler)

    def empty(self):
        os.unlink(self.filler)

    def release(self):
        call("umount", "-l", self.folder)


class FailingDisk:
    """A file with ext4 on it, mounted so that an error turns it read-only under whoever has files open there."""

    def __init__(self, folder, size):
        self.folder = folder
        self.image = folder + ".img"
        self.mounted = False
        os.mkdir(folder)
        with open(self.image, "wb") as image:
            image.truncate(size)
        if call("mkfs.ext4", "-q", "-F", self.image):
            self.mounted = call("mount", "-o", "loop,errors=remount-ro", self.image, folder)
        if self.mounted and not os.access(self._trigger(), os.W_OK):
            self.release()
            self.mounted = False

    def _trigger(self):
        device = os.stat(self.folder).st_dev
        name = os.path.basename(os.path.realpath(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"))
        return f"/sys/fs/ext4/{name}/trigger_fs_error"

    def fail(self):
        with open(self._trigger(), "w") as trigger:
            trigger.write("1")

    def release(self):
        """Whoever has files open there keeps them; the path leads to nothing."""
        call("umount", "-l", self.folder)
