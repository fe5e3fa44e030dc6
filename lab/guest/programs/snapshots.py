# Why: what a server does that saves its state by fork: the child writes the memory out while the parent goes on changing it.
import mmap, os, sqlite3, sys, time

end = time.time() + float(sys.argv[2])
state = mmap.mmap(-1, 12 << 20)
rows = 0
while time.time() < end:
    with sqlite3.connect(sys.argv[1], timeout=20) as db:
        for (value,) in db.execute("select b from t order by random() limit 50"):
            at = (rows * 4096) % (len(state) - 4096)
            state[at:at + 64] = value[:64].encode().ljust(64)
            rows += 1
    child = os.fork()
    if child == 0:
        with open(f"snapshot.{os.getpid()}", "wb") as file:
            file.write(state)
        os.unlink(file.name)
        os._exit(0)
    for at in range(0, len(state), 4096):
        state[at] = (state[at] + 1) & 255
    os.waitpid(child, 0)
print(rows, "rows")
