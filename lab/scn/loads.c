// Why: the cost of recording can be measured only with a load that does nothing else. Part of scn.c: load_pins (O_DIRECT reads of one
// page each) and load_faults (anonymous pages mapped, touched and unmapped), LAB_OPS times, with the time that took.

static unsigned long now_ns(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000UL + t.tv_nsec; }

static void load_pins(unsigned long ops)
{
	int fd = open(getenv("LAB_DISK") ?: "/dev/vdc", O_RDONLY | O_DIRECT); if (fd < 0) die("open the disk");
	make_buf();
	for (unsigned long i = 0; i < ops; i++) if (pread(fd, buf, PS, (i % 256) * PS) != (ssize_t)PS) die("pread");
	close(fd);
}

static void load_faults(unsigned long ops)
{
	for (unsigned long i = 0; i < ops; i += 64) {
		char *m = mmap(NULL, 64 * PS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); if (m == MAP_FAILED) die("mmap");
		for (int p = 0; p < 64; p++) m[p * PS] = 1;
		munmap(m, 64 * PS);
	}
}

static void run_load(const char *kind)
{
	unsigned long ops = strtoul(getenv("LAB_OPS") ?: "6400", NULL, 0), start;
	void (*load)(unsigned long) = !strcmp(kind, "pins") ? load_pins : !strcmp(kind, "faults") ? load_faults : NULL;
	if (load == NULL) die("unknown load");
	cpu(1); load(64); start = now_ns(); load(ops);
	printf("{\"load\":\"%s\",\"ops\":%lu,\"ns\":%lu}\n", kind, ops, now_ns() - start); fflush(stdout);
}
