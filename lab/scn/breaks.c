// Why: some rules report what a correct kernel never does. The module in ../breaker does it on purpose, so that these rules
// are tested with a real kernel. Part of scn.c: the scenarios broken_ACTION, and two that need no module (refused, inherited).
#include "../breaker/breaker.h"

static int brk_fd = -1, scen_lost_cpu;
static struct breaker step(unsigned cmd, const char *name, struct breaker a)
{
	if (ioctl(brk_fd, cmd, &a)) die(name);
	return a;
}
#define STEP(cmd, ...) step(BREAKER_##cmd, #cmd, (struct breaker){ .addr = (uintptr_t)buf, __VA_ARGS__ })

static void set(const char *file, const char *value) { if (wr(file, value) < 0) addnote("%s: %s", file, strerror(errno)); }
static void hide(const char *until)
{
	struct breaker a = { .addr = (uintptr_t)buf };
	strcpy(a.until, until); step(BREAKER_HIDE, until, a);
}
/* One of two names, as the function was renamed. */
static void hide_until(const char *name, const char *later)
{
	struct breaker a = { .addr = (uintptr_t)buf };
	strcpy(a.until, name); if (ioctl(brk_fd, BREAKER_HIDE, &a)) hide(later);
}

/* The device stores, and the process looks; the process stores, and the device looks. */
static void compare_pages(int *lost, int *lost_cpu)
{
	STEP(STORE, .byte = 'D'); *lost = buf[0] != 'D';
	buf[0] = 'C'; *lost_cpu = STEP(LOAD, .byte = 0).byte != 'C';
}
static void broken_ksm(void)
{
	/* ksmd scans upwards: of two equal pages, the first is replaced by the second */
	char *two = mmap(NULL, 2 * PS, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(buf, blen); buf = two; blen = PS; memset(two, 'A', 2 * PS);
	pin_pfn = STEP(PIN, .nr = 1).pfn; hide_until("page_add_anon_rmap", "folio_add_anon_rmap_pte");
	set("/sys/kernel/mm/ksm/sleep_millisecs", "5"); set("/sys/kernel/mm/ksm/pages_to_scan", "400");
	if (madvise(two, 2 * PS, MADV_MERGEABLE)) die("MADV_MERGEABLE");
	set("/sys/kernel/mm/ksm/run", "1"); for (int i = 0; i < 200 && pfn_of(buf) == pin_pfn; i++) msleep(50);
	set("/sys/kernel/mm/ksm/run", "0");
}
static void broken_collapse(void)
{
	strcpy(mem_kind, "small"); munmap(buf, blen); make_buf();
	pin_pfn = STEP(PIN, .nr = 1).pfn; hide_until("page_remove_rmap", "folio_remove_rmap_ptes");
	madvise(buf, blen, MADV_HUGEPAGE);
	if (madvise(buf, blen, MADV_COLLAPSE) == 0) return;
	set("/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs", "10");
	set("/sys/kernel/mm/transparent_hugepage/khugepaged/pages_to_scan", "4096");
	for (int i = 0; i < 400 && pfn_of(buf) == pin_pfn; i++) msleep(50);
}
/* A driver that asked for two pages, got one, and forgets it. */
static void broken_short(void)
{
	munmap(buf + PS, PS);
	struct breaker a = STEP(PIN, .nr = 2); pin_pfn = a.pfn; addnote("%u of 2 pages", a.nr);
	STEP(FORGET, .nr = 0); pin_leak = 1; end_pfn = pfn_of(buf);
}
/* A device that writes to a page of a file; writeback has just cleaned it. */
static void broken_undirtied(void)
{
	int fd = open("/root/file", O_RDWR | O_CREAT | O_TRUNC, 0600); char page[4096]; memset(page, 'F', sizeof page);
	if (fd < 0 || write(fd, page, PS) != (ssize_t)PS || fsync(fd)) die("file");
	buf = mmap(NULL, PS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); if (buf == MAP_FAILED) die("mmap");
	buf[1] = 'P'; pin_pfn = STEP(PIN, .nr = 1).pfn; if (msync(buf, PS, MS_SYNC)) die("msync");
	STEP(DMA, .nr = 0); STEP(CLEAN, .nr = 0); end_pfn = pfn_of(buf); addnote("the device wrote %c", buf[0]);
}
/* GUP-fast takes a page from an entry that has been swapped out. */
static void broken_stale(void)
{
	STEP(KEEP, .nr = 0); pageout(buf, PS); pin_pfn = STEP(STALE, .nr = 0).pfn; end_pfn = pfn_of(buf);
	addnote("mapped at the time of the pin: %#lx", (long)end_pfn); STEP(UNPIN, .nr = 0);
}
static volatile int spinning; static pthread_barrier_t together;
static void *touch_late(void *page) { cpu(0); pthread_barrier_wait(&together); sink = ((volatile char *)page)[0]; return NULL; }
/* Two threads swap in one entry from a device that needs no swap cache (brd), and each maps a page of its own. */
static void broken_raced(void)
{
	pthread_t th; pthread_barrier_init(&together, NULL, 2);
	if (system("modprobe brd rd_nr=1 rd_size=16384 && mkswap /dev/ram0 > /dev/null && swapon -p 100 /dev/ram0")) die("swap on brd");
	uint64_t old = pfn_of(buf); pageout(buf, PS); STEP(RACE, .pfn = old);
	pthread_create(&th, NULL, touch_late, buf); pthread_barrier_wait(&together); msleep(100);
	buf[1] = 'C'; pin_pfn = pfn_of(buf); STEP(PUT, .nr = 0); pthread_join(th, NULL); end_pfn = pfn_of(buf);
	addnote("one thread had %#lx, the other %#lx; byte %c", (long)pin_pfn, (long)end_pfn, buf[1]);
	scen_lost_cpu = buf[1] != 'C';
}
/* A swap-in that forgets the mark: the page of a FOLL_GET is copied by the next write. */
static void broken_mark(void)
{
	pin_pfn = STEP(PIN, .nr = 1, .longterm = 2).pfn; pageout(buf, PS); STEP(MARK, .nr = 0); sink = buf[0]; mid_pfn = pfn_of(buf); buf[1] = 'C';
}
static void *spin(void *page) { cpu(1); spinning = 1; while (spinning) ((volatile char *)page)[8]++; return NULL; }
static void *write_once(void *page) { cpu(0); ((volatile char *)page)[10] = 'C'; return NULL; }
/* clear_refs without its flush on the CPU of a thread that goes on writing; another CPU copies the page. */
static void broken_flush(void)
{
	pthread_t spinner, writer; int p[2]; struct iovec v = { buf, 64 }; char o[64] = { 0 };
	if (pipe(p) || vmsplice(p[1], &v, 1, 0) != 64) die("vmsplice");
	pin_pfn = pfn_of(buf); pthread_create(&spinner, NULL, spin, buf); msleep(20);
	STEP(FLUSH, .nr = 0); if (wr("/proc/self/clear_refs", "4") < 0) die("clear_refs");
	pthread_create(&writer, NULL, write_once, buf); pthread_join(writer, NULL);
	end_pfn = pfn_of(buf); spinning = 0; pthread_join(spinner, NULL); addnote("read %zd", read(p[0], o, 64));
	scen_lost_cpu = o[10] != 'C';
}
/* fork that copies a device-exclusive entry. */
static void broken_exclfork(void)
{
	int a[2]; if (pipe(a)) die("pipe");
	pin_pfn = STEP(EXCLUSIVE, .nr = 0).pfn; STEP(KEEP, .nr = 0); STEP(DROP, .nr = 0);
	int k = fork(); if (k < 0) die("fork");
	if (k == 0) { char c; close(a[1]); if (read(a[0], &c, 1) < 0) {} STEP(PUT, .nr = 0); sink = buf[0]; uint64_t n = pfn_of(buf); STEP(DROP, .nr = 0); _exit(n != 0); }
	STEP(PUT, .nr = 0); close(a[1]); int st; waitpid(k, &st, 0); child_pid = k; addnote("the child restored a page: %d", WEXITSTATUS(st));
	sink = buf[0]; end_pfn = pfn_of(buf);
}
/* A device gets the page of the neighbouring address. */
static void broken_exclother(void)
{
	pin_pfn = STEP(EXCLUSIVE, .nr = 1).pfn; sink = buf[0]; STEP(EXCHANGE, .nr = 0); end_pfn = pfn_of(buf);
}
static volatile int churning;
static void *churn(void *page) { cpu(0); while (churning && step(BREAKER_CHURN, "churn", (struct breaker){ .addr = (uintptr_t)page, .nr = 4 }).nr == 0) { } return NULL; }
static void broken_gupfast(void)
{
	/* on a page table of its own, which the child does not have yet when copying begins: the module waits there */
	pthread_t th; char *p = mmap(NULL, 2 * HPS, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(buf, blen); buf = (char *)(((uintptr_t)p + HPS - 1) & ~(HPS - 1)); blen = PS;
	mprotect(buf, blen, PROT_READ | PROT_WRITE); buf[0] = 'A';
	STEP(FORK, .nr = 0); churning = 1; pthread_create(&th, NULL, churn, buf); msleep(30);
	int k = fork(); if (k == 0) _exit(0);
	churning = 0; pthread_join(th, NULL); child_pid = k; waitpid(k, NULL, 0);
	end_pfn = pin_pfn = pfn_of(buf);
}
static const char *const RULES[][2] = {
	{ "hmm", "hmm-snapshot-in-window" }, { "flush", "cow-with-pending-wrprotect-flush" }, { "stale", "pin-of-unmapped-page" },
	{ "short", "short-pin" }, { "undirtied", "undirtied-dma-write" }, { "raced", "swapin-raced" }, { "mark", "exclusive-mark-lost" },
	{ "gupfast", "gup-fast-during-fork" }, { "exclfork", "device-exclusive-copied-by-fork" }, { "exclother", "device-exclusive-of-another-page" },
};
static void run_broken(const char *action)
{
	for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) if (!strcmp(action, RULES[i][0])) broken_rule = RULES[i][1];
	int lost = 0, lost_cpu = 0, none = 0, both = -1;
	brk_fd = open("/dev/breaker", O_RDWR | O_CLOEXEC); if (brk_fd < 0) die("open /dev/breaker");
	cpu(1); make_buf();
	if (!strcmp(action, "flush")) { broken_flush(); truth("vmsplice_self", "clearrefs", "vmsplice", 0, scen_lost_cpu, 0); close(brk_fd); return; }
	if (!strcmp(action, "ksm")) broken_ksm();
	else if (!strcmp(action, "collapse")) broken_collapse();
	else if (!strcmp(action, "gupfast")) { broken_gupfast(); none = 1; }
	else if (!strcmp(action, "short")) { broken_short(); none = 1; }
	else if (!strcmp(action, "undirtied")) { broken_undirtied(); none = 1; }
	else if (!strcmp(action, "stale")) { broken_stale(); none = 1; }
	else if (!strcmp(action, "raced")) { broken_raced(); none = 1; lost_cpu = scen_lost_cpu; }
	else if (!strcmp(action, "exclfork")) { broken_exclfork(); none = 1; }
	else if (!strcmp(action, "exclother")) { broken_exclother(); none = 1; }
	else if (!strcmp(action, "mark")) broken_mark();
	else if (!strcmp(action, "window")) { STEP(WINDOW, .nr = 0); msleep(1500); none = 1; }
	else if (!strcmp(action, "hmm")) { addnote("hmm pfn %#lx", (long)STEP(HMM, .nr = 0).pfn); none = 1; }
	else {
		pin_pfn = STEP(PIN, .nr = 1).pfn;
		if (!strcmp(action, "long")) { msleep(atoi(getenv("LAB_HOLD") ?: "6000")); }
		else if (!strcmp(action, "migrate")) { hide("remove_migration_ptes"); act_migrate(); }
		else if (!strcmp(action, "swap")) { hide("try_to_unmap"); pageout(buf, PS); sink = buf[0]; mid_pfn = pfn_of(buf); }
		else if (!strcmp(action, "fork")) { hide(""); fork_child(0); STEP(SHOW, .nr = 0); buf[1] = 'C'; both = child_pid; }
		else if (!strcmp(action, "replaced")) { STEP(DROP, .nr = 0); buf[1] = 'C'; }
		else die("unknown way to break");
	}
	if (!none) {
		if (strcmp(action, "fork") && strcmp(action, "long") && strcmp(action, "replaced") && strcmp(action, "mark"))
			addnote("the pin came back in time: %u", STEP(SHOW, .nr = 0).nr);
		compare_pages(&lost, &lost_cpu); end_pfn = pfn_of(buf);
	}
	reap_child(); if (both > 0) child_pid = both;
	STEP(UNPIN, .nr = 0);
	truth("broken", action, "pin_user_pages_fast write", lost, lost_cpu, 0);
	close(brk_fd);
}

/* A registered buffer that the kernel refuses: it cannot be written. */
static void run_refused(void)
{
	cpu(1); make_buf(); ring_init(); mprotect(buf, blen, PROT_READ);
	struct iovec v = { buf, PS }; long r = syscall(SYS_io_uring_register, R.fd, IORING_REGISTER_BUFFERS, &v, 1);
	addnote("register: %ld %s", r, strerror(errno)); truth("iouring_fixed", "refused", "io_uring registered buffer", 0, 0, 0);
}
/* An inherited ring: the child's I/O goes to the pages that its parent registered. */
static void run_inherited(void)
{
	/* a device for which io_uring does not pass the I/O to a worker */
	int fd = open("/dev/vdc", O_RDONLY | O_DIRECT); if (fd < 0) die("open /dev/vdc");
	cpu(1); make_buf(); ring_init(); ring_register(buf, PS); pin_pfn = pfn_of(buf);
	int p = fork(); if (p < 0) die("fork");
	if (p == 0) { buf[1000] = 'K'; ring_submit(IORING_OP_READ_FIXED, fd, buf, 512, 0); ring_wait(); _exit(buf[0] == 'D'); }
	int st; waitpid(p, &st, 0); child_pid = p; end_pfn = pfn_of(buf);
	addnote("the child sees what it read: %d, its parent: %d", WEXITSTATUS(st), buf[0] == 'D');
	ring_unregister(); truth("iouring_fixed", "inherited", "io_uring registered buffer", 0, 0, 0);
}
