# Why: threads that read and write directly, into memory of every kind, while the same process forks, starts programs, moves
# the memory, gives it back and is swapped out.
import mmap, os, subprocess, sys, threading, time
from multiprocessing import shared_memory

end = time.time() + float(sys.argv[2])
SIZE = 1 << 18
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
rounds = {}


def memory(kind):
    if kind == "shared":
        return mmap.mmap(-1, SIZE)
    if kind == "file":
        with open(f"mapped.{threading.get_ident()}", "w+b") as file:
            file.truncate(SIZE)
            return mmap.mmap(file.fileno(), SIZE)
    area = mmap.mmap(-1, SIZE if kind == "private" else 1 << 21, flags=PRIVATE)
    if kind == "huge":
        area.madvise(mmap.MADV_HUGEPAGE)
    return area


def direct(kind, at):
    disk = os.open(sys.argv[1], os.O_RDWR | os.O_DIRECT)
    rounds[kind] = 0
    while time.time() < end:
        area = memory(kind)
        for block in range(0, SIZE, 1 << 16):
            view = memoryview(area)[block:block + (1 << 16)]
            view[:8] = b"direct%02d" % at
            os.pwritev(disk, [view], at * SIZE + block)
            view[:] = bytes(len(view))
            os.preadv(disk, [view[:4096], view[4096:]], at * SIZE + block)
            if view[:8] != b"direct%02d" % at:
                print(kind, "read other data", bytes(view[:8]))
            view.release()
        if kind != "file":
            area.madvise(mmap.MADV_DONTNEED, 0, SIZE // 2)
        area.close()
        rounds[kind] += 1
    os.close(disk)


def collective(name, n):
    common = shared_memory.SharedMemory(name)
    disk = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECT)
    os.preadv(disk, [common.buf[n << 16:(n + 1) << 16]], n << 16)
    common.close()
    os._exit(0)


threads = [threading.Thread(target=direct, args=(kind, at)) for at, kind in enumerate(["private", "shared", "file", "huge"])]
for each in threads:
    each.start()
common = shared_memory.SharedMemory(create=True, size=SIZE)
forks = 0
while time.time() < end:
    children = []
    for n in range(2):
        child = os.fork()
        if child == 0:
            collective(common.name, n)
        children.append(child)
    subprocess.run(["true"])
    for child in children:
        os.waitpid(child, 0)
    forks += 1
    time.sleep(0.05)
for each in threads:
    each.join()
common.close()
common.unlink()
print(rounds, forks, "forks")
