# Why: pages that are given to a pipe instead of copied: of a file, of another pipe, of a process.
import ctypes, mmap, os, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)
end = time.time() + float(sys.argv[2])


class iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


def drain(pipe, file):
    while os.splice(pipe, file, 1 << 16):
        pass
    os.close(pipe)


size = os.path.getsize(sys.argv[1])
out = os.open("spliced", os.O_CREAT | os.O_RDWR)
rounds = 0
while time.time() < end:
    # a file through two pipes, the second of which is drained by a thread
    source = os.open(sys.argv[1], os.O_RDONLY)
    read, write = os.pipe()
    thread = threading.Thread(target=drain, args=(read, out))
    thread.start()
    for at in range(0, min(size, 1 << 20), 1 << 16):
        os.splice(source, write, 1 << 16, offset_src=at)
    os.close(write)
    thread.join()
    os.sendfile(out, source, 0, 1 << 19)
    os.close(source)
    # memory of ours, kept until the reader has it
    area = mmap.mmap(-1, 1 << 18)
    area.write(os.urandom(1 << 18))
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    read, write = os.pipe()
    thread = threading.Thread(target=drain, args=(read, out))
    thread.start()
    given = 0
    while given < 1 << 18:
        given += libc.vmsplice(write, ctypes.byref(iovec(address + given, (1 << 18) - given)), 1, 0)
    os.close(write)
    thread.join()
    os.ftruncate(out, 0)
    os.lseek(out, 0, 0)
    rounds += 1
print(rounds, "rounds")
