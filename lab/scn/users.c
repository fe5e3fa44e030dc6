// Why: subsystems other than block I/O pin pages too, and give them back in their own way: from another process, from an
// interrupt, after the address space has ended. Part of scn.c: `users_SECONDS` has each of them at work at the same time;
// each checks its own data, and nothing drifts.
#include <poll.h>
#include <netinet/in.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <linux/if_xdp.h>
#include <linux/udmabuf.h>

#define USER_BYTES (64 * 4096UL)

static char *user_pages(unsigned long bytes)
{
	char *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); if (m == MAP_FAILED) die("mmap");
	for (unsigned long i = 0; i < bytes; i += PS) m[i] = 1;
	return m;
}

// MSG_ZEROCOPY over loopback: the pages are given back by whoever frees the packet, often in a softirq
static void user_zerocopy(void)
{
	int l = socket(AF_INET, SOCK_STREAM, 0), out = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }; socklen_t n = sizeof a;
	if (bind(l, (void *)&a, n) || listen(l, 1) || getsockname(l, (void *)&a, &n) || connect(out, (void *)&a, n)) die("loopback");
	int in = accept(l, NULL, NULL); if (setsockopt(out, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof one)) die("SO_ZEROCOPY");
	char *m = user_pages(USER_BYTES), *got = malloc(USER_BYTES);
	memset(m, 'z', USER_BYTES);
	for (unsigned long sent = 0, seen = 0; seen < USER_BYTES;) {
		if (sent < USER_BYTES) { ssize_t r = send(out, m + sent, USER_BYTES - sent > 50000 ? 50000 : USER_BYTES - sent, MSG_ZEROCOPY | MSG_DONTWAIT); if (r > 0) sent += r; }
		ssize_t r = recv(in, got + seen, USER_BYTES - seen, MSG_DONTWAIT); if (r > 0) seen += r;
		struct msghdr h = { 0 }; recvmsg(out, &h, MSG_ERRQUEUE | MSG_DONTWAIT);
	}
	if (memcmp(m, got, USER_BYTES)) die("zerocopy: other data");
	close(l); close(in); close(out); munmap(m, USER_BYTES); free(got);
}

static int xdp_of(char *m, unsigned long bytes)
{
	int x = socket(AF_XDP, SOCK_RAW, 0); if (x < 0) return -1;
	struct xdp_umem_reg reg = { .addr = (unsigned long)m, .len = bytes, .chunk_size = 4096 };
	if (setsockopt(x, SOL_XDP, XDP_UMEM_REG, &reg, sizeof reg)) die("XDP_UMEM_REG");
	return x;
}

// a umem of AF_XDP: given back where it was taken, by a process that inherited the socket, or after exec()
static void user_xdp(const char *self, int how)
{
	char *m = user_pages(USER_BYTES); madvise(m, USER_BYTES, MADV_DONTFORK);
	int x = xdp_of(m, USER_BYTES); if (x < 0) return;
	pid_t c;
	memset(m, 'x', USER_BYTES);
	if (how == 0) close(x);
	else if (how == 1) { c = fork(); if (c == 0) { usleep(20000); close(x); _exit(0); } close(x); memset(m, 'y', USER_BYTES); waitpid(c, NULL, 0); }
	else if (how == 2) { c = fork(); if (c == 0) { char *o = user_pages(16 * PS); xdp_of(o, 16 * PS); execl(self, self, "--true", NULL); _exit(1); } waitpid(c, NULL, 0); close(x); }
	else { munmap(m, USER_BYTES / 2); char *o = mremap(m + USER_BYTES / 2, USER_BYTES / 2, USER_BYTES / 2, MREMAP_MAYMOVE); if (o != MAP_FAILED) o[0] = 2; close(x); }
	munmap(m, USER_BYTES);
}

// a DMA buffer made of a memfd, small pages or huge ones: memfd_pin_folios() since v6.11
static void user_udmabuf(int huge)
{
	unsigned long bytes = huge ? 2UL << 20 : USER_BYTES;
	int u = open("/dev/udmabuf", O_RDWR), f = memfd_create("u", MFD_ALLOW_SEALING | (huge ? MFD_HUGETLB : 0)); if (u < 0 || f < 0) { close(u); close(f); return; }
	if (ftruncate(f, bytes) || fcntl(f, F_ADD_SEALS, F_SEAL_SHRINK)) die("memfd");
	char *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
	if (m == MAP_FAILED) { close(u); close(f); return; }
	m[0] = 'u';
	struct udmabuf_create c = { .memfd = f, .offset = 0, .size = bytes };
	int b = ioctl(u, UDMABUF_CREATE, &c);
	if (b >= 0) {
		char *d = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, b, 0);
		if (d != MAP_FAILED) { if (d[0] != 'u') die("udmabuf: other data"); d[4096] = 'v'; if (m[4096] != 'v') die("udmabuf: other page"); munmap(d, bytes); }
		close(b);
	}
	munmap(m, bytes); close(f); close(u);
}

// another process's memory, also where it still shares its pages: process_vm_*(), /proc/PID/mem, ptrace()
static void user_remote(void)
{
	char *m = user_pages(USER_BYTES), *got = malloc(USER_BYTES), name[64]; memset(m, 'r', USER_BYTES);
	pid_t c = fork();
	if (c == 0) { ptrace(PTRACE_TRACEME, 0, 0, 0); raise(SIGSTOP); _exit(m[5 * PS] == 'w' && m[6 * PS] == 'p' && m[7 * PS] == 't' && m[8 * PS] == 'r' ? 0 : 1); }
	int st; waitpid(c, &st, 0);
	struct iovec l = { got, USER_BYTES }, r = { m, USER_BYTES };
	if (process_vm_readv(c, &l, 1, &r, 1, 0) != (ssize_t)USER_BYTES || memcmp(m, got, USER_BYTES)) die("process_vm_readv");
	l.iov_len = r.iov_len = 1; got[0] = 'w'; r.iov_base = m + 5 * PS; if (process_vm_writev(c, &l, 1, &r, 1, 0) != 1) die("process_vm_writev");
	snprintf(name, sizeof name, "/proc/%d/mem", c); int f = open(name, O_RDWR); if (pwrite(f, "p", 1, (long)(m + 6 * PS)) != 1) die("/proc/mem"); close(f);
	if (ptrace(PTRACE_POKEDATA, c, m + 7 * PS, 't')) die("POKEDATA");
	ptrace(PTRACE_DETACH, c, 0, 0); waitpid(c, &st, 0);
	if (!WIFEXITED(st) || WEXITSTATUS(st)) die("remote: the child saw other data");
	munmap(m, USER_BYTES); free(got);
}

// O_DIRECT by threads into parts of one page, while another thread starts programs by vfork()
static void *user_half(void *where)
{
	int fd = open(getenv("LAB_DISK") ?: "/dev/vdc", O_RDONLY | O_DIRECT); if (fd < 0) return NULL;
	for (int i = 0; i < 32; i++) if (pread(fd, where, 512, i * 512L) != 512) break;
	close(fd); return NULL;
}
static void user_halves(const char *self)
{
	char *m = user_pages(2 * PS); pthread_t t[4];
	for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, user_half, m + PS - 1024 + i * 512);
	for (int i = 0; i < 4; i++) { pid_t c = vfork(); if (c == 0) { execl(self, self, "--true", NULL); _exit(1); } waitpid(c, NULL, 0); }
	for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
	munmap(m, 2 * PS);
}

// pages in a pipe that go on into a socket and a second pipe
static void user_pipe(void)
{
	int p[2], q[2], s[2]; char *m = user_pages(8 * PS), got[4096]; memset(m, 's', 8 * PS);
	if (pipe(p) || pipe(q) || socketpair(AF_UNIX, SOCK_STREAM, 0, s)) die("pipe");
	struct iovec v = { m, 8 * PS };
	if (vmsplice(p[1], &v, 1, 0) != 8 * (long)PS) die("vmsplice");
	if (tee(p[0], q[1], 4 * PS, 0) < 0) die("tee");
	for (int i = 0; i < 8; i++) { if (splice(p[0], NULL, s[0], NULL, PS, 0) < 0) break; if (read(s[1], got, PS) <= 0 || got[0] != 's') die("splice: other data"); }
	while (poll(&(struct pollfd){ q[0], POLLIN, 0 }, 1, 0) > 0) if (read(q[0], got, PS) <= 0 || got[0] != 's') die("tee: other data");
	for (int i = 0; i < 2; i++) { close(p[i]); close(q[i]); close(s[i]); }
	munmap(m, 8 * PS);
}

static void run_users(const char *self, int seconds)
{
	time_t end = time(NULL) + seconds; unsigned long rounds = 0;
	for (int who = 0; who < 6; who++) {
		pid_t c = fork(); if (c != 0) continue;
		for (; time(NULL) < end; rounds++) {
			if (who == 0) user_zerocopy();
			else if (who == 1) user_xdp(self, rounds % 4);
			else if (who == 2) user_udmabuf(rounds % 4 == 3);
			else if (who == 3) user_remote();
			else if (who == 4) user_halves(self);
			else user_pipe();
		}
		printf("user %d: %lu rounds\n", who, rounds); fflush(stdout); _exit(0);
	}
	int st, bad = 0; while (wait(&st) > 0) bad += !WIFEXITED(st) || WEXITSTATUS(st) != 0;
	if (bad) die("a user failed");
}
