"""Make a folder what a disk would hold after a power loss.

    power_loss.py ROOT SHADOW

SHADOW is what tests/tools/shim_power.c kept.  Files keep their inodes, as they
would on a disk: programs tell files apart by them.  Only a file that was removed
and whose removal was not durable gets a new one.
"""
import os
import shutil
import sys

root, shadow = sys.argv[1:3]
inodes = os.path.join(shadow, "inodes")
hold = root + ".hold"

# Every file that still is, under its inode's number.
os.mkdir(hold)
for folder, _, names in os.walk(root):
    for name in names:
        path = os.path.join(folder, name)
        held = os.path.join(hold, str(os.lstat(path).st_ino))
        if not os.path.lexists(held):
            os.link(path, held, follow_symlinks=False)
real_inode = {os.stat(os.path.join(inodes, name)).st_ino: name for name in os.listdir(inodes)}

mode = os.stat(root).st_mode & 0o7777
for name in os.listdir(root):
    path = os.path.join(root, name)
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def restore(image, to):
    for name in os.listdir(image):
        source, target = os.path.join(image, name), os.path.join(to, name)
        if os.path.islink(source):  # a folder
            os.mkdir(target)
            restore(os.path.realpath(source), target)
            shutil.copymode(os.path.realpath(source), target)
            continue
        held = os.path.join(hold, real_inode.get(os.stat(source).st_ino, "none"))
        if os.path.exists(held):
            os.link(held, target)
        with open(source, "rb") as have, open(target, "r+b" if os.path.exists(target) else "wb") as put:
            shutil.copyfileobj(have, put, 1 << 20)
            put.truncate()
        shutil.copymode(source, target)


restore(os.path.realpath(os.path.join(shadow, "root")), root)
os.chmod(root, mode)
shutil.rmtree(hold)
shutil.rmtree(shadow)
