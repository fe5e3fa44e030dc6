# Why: what programs in Python do on many processors: a pool by fork, memory they share, arrays sent through pipes.
import mmap, os, sys, time
from multiprocessing import Pipe, Pool, Process, shared_memory

end = time.time() + float(sys.argv[1])
table = [bytes(50) * (n % 40) for n in range(20000)]


def work(n):
    return sum(len(row) for row in table[n::7])


def fill(name, n):
    memory = shared_memory.SharedMemory(name)
    for at in range(n, memory.size, 4096 * 4):
        memory.buf[at] = n
    memory.close()


def send(pipe, n):
    pipe.send(os.urandom(200000 + n))
    pipe.close()


def scratch():
    area = mmap.mmap(-1, 4 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    area.madvise(mmap.MADV_HUGEPAGE)
    for at in range(0, len(area), 4096):
        area[at] = 1
    child = os.fork()
    if child == 0:
        for at in range(0, len(area), 8192):
            area[at] = 2
        area.madvise(mmap.MADV_DONTNEED, 0, 1 << 20)
        os._exit(0)
    area.madvise(mmap.MADV_FREE, 1 << 20, 1 << 20)
    for at in range(0, len(area), 4096):
        area[at] += 1
    os.waitpid(child, 0)
    area.resize(6 << 20)
    area.close()


rounds = 0
while time.time() < end:
    with Pool(4) as pool:
        total = sum(pool.map(work, range(40)))
    memory = shared_memory.SharedMemory(create=True, size=8 << 20)
    fillers = [Process(target=fill, args=(memory.name, n)) for n in range(4)]
    ours, theirs = Pipe(False)
    fillers.append(Process(target=send, args=(theirs, rounds)))
    for each in fillers:
        each.start()
    ours.recv()
    for each in fillers:
        each.join()
    memory.close()
    memory.unlink()
    scratch()
    table = [bytes(50) * ((n + rounds) % 40) for n in range(20000)]
    rounds += 1
print(rounds, "rounds")
