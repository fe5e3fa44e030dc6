// Why: a virtual machine holds its memory for as long as it runs: KVM maps the pages for its guest, the disk is read directly
// into them, and a device that is passed through (VFIO) writes to them on its own. Part of scn.c: `kvm_SECONDS`, `vfio_SECONDS`;
// both check their data, and nothing drifts.
#include <linux/kvm.h>
#include <linux/vfio.h>

#define GUEST_BYTES (1UL << 20)
static volatile int guest_stops;
static unsigned char *guest;

// adds 1 to a byte of each page from 64K to 576K, then leaves: mov bx,1000h; mov ds,bx; inc byte [0]; add bx,100h; cmp bx,9000h; jb; out 10h,al; jmp
static const unsigned char guest_code[] = { 0xbb, 0, 0x10, 0x8e, 0xdb, 0xfe, 6, 0, 0, 0x81, 0xc3, 0, 1, 0x81, 0xfb, 0, 0x90, 0x72, 0xf0, 0xe6, 0x10, 0xeb, 0xe9 };

static void *guest_disk(void *arg)
{
	int fd = open(getenv("LAB_DISK") ?: "/dev/vdc", O_RDONLY | O_DIRECT); (void)arg; if (fd < 0) return NULL;
	while (!guest_stops) if (pread(fd, guest + 0x90000, 0x20000, 0) != 0x20000 || guest[0x90000] != 'D') die("the guest's disk");
	close(fd); return NULL;
}

#ifdef __x86_64__ // its guest is 16-bit code of x86
static void run_kvm(int seconds)
{
	int kvm = open("/dev/kvm", O_RDWR); if (kvm < 0) die("/dev/kvm");
	int vm = ioctl(kvm, KVM_CREATE_VM, 0), cpu = ioctl(vm, KVM_CREATE_VCPU, 0); if (vm < 0 || cpu < 0) die("KVM_CREATE");
	guest = mmap(NULL, 2 * GUEST_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(guest, guest_code, sizeof guest_code);
	struct kvm_userspace_memory_region r = { .memory_size = GUEST_BYTES, .userspace_addr = (unsigned long)guest };
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &r)) die("KVM_SET_USER_MEMORY_REGION");
	struct kvm_run *run = mmap(NULL, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0); if (run == MAP_FAILED) die("kvm_run");
	struct kvm_sregs s; ioctl(cpu, KVM_GET_SREGS, &s); s.cs.base = s.cs.selector = 0; ioctl(cpu, KVM_SET_SREGS, &s);
	struct kvm_regs g = { .rip = 0, .rflags = 2 }; if (ioctl(cpu, KVM_SET_REGS, &g)) die("KVM_SET_REGS");
	pthread_t disk; pthread_create(&disk, NULL, guest_disk, NULL);
	time_t end = time(NULL) + seconds; unsigned long rounds = 0;
	prctl(PR_SET_DUMPABLE, 1); madvise(guest, GUEST_BYTES, MADV_MERGEABLE);
	for (; time(NULL) < end; rounds++) {
		if (ioctl(cpu, KVM_RUN, 0) && errno != EINTR) die("KVM_RUN");
		if (run->exit_reason != KVM_EXIT_IO) { fprintf(stderr, "exit reason %u\n", run->exit_reason); die("KVM_RUN"); }
		switch (rounds % 16) {
		case 3: madvise(guest + 0x10000, 0x40000, MADV_PAGEOUT); break;
		case 7: { pid_t c = fork(); if (c == 0) { unsigned char was = guest[0x20000]; usleep(20000); _exit(was != guest[0x20000]); } guest[0x20001]++; ioctl(cpu, KVM_RUN, 0); rounds++; int st; waitpid(c, &st, 0); if (st) die("the snapshot changed"); break; }
		case 11: mprotect(guest + 0x30000, 0x10000, PROT_READ); mprotect(guest + 0x30000, 0x10000, PROT_READ | PROT_WRITE); break;
		case 14: madvise(guest + 0x10000, GUEST_BYTES - 0x10000, MADV_COLLAPSE); break;
		}
	}
	for (unsigned long at = 0x10000; at < 0x90000; at += PS) if (guest[at] != (rounds & 255)) { fprintf(stderr, "page %#lx has %u of %lu\n", at, guest[at], rounds & 255); die("the guest's memory"); }
	guest_stops = 1; pthread_join(disk, NULL);
	printf("kvm: %lu rounds\n", rounds); fflush(stdout);
}
#else
static void run_kvm(int seconds) { (void)seconds; (void)guest_code; (void)guest_disk; die("kvm: x86-64 alone"); }
#endif

// QEMU's device edu: copies less than 4 KB between the bus and its own memory
static volatile char *edu;
static void edu_dma(unsigned long bus, unsigned long bytes, int to_memory)
{
	*(volatile uint64_t *)(edu + 0x80) = to_memory ? 0x40000 : bus; *(volatile uint64_t *)(edu + 0x88) = to_memory ? bus : 0x40000;
	*(volatile uint64_t *)(edu + 0x90) = bytes; *(volatile uint64_t *)(edu + 0x98) = to_memory ? 3 : 1;
	while (*(volatile uint64_t *)(edu + 0x98) & 1) usleep(5000);
}

static void run_vfio(int seconds)
{
	char group_path[64] = "", link[256] = ""; const char *device = getenv("LAB_EDU"); if (device == NULL) die("LAB_EDU");
	snprintf(group_path, sizeof group_path, "/sys/bus/pci/devices/%s/iommu_group", device);
	if (readlink(group_path, link, sizeof link - 1) < 0) die("iommu_group");
	snprintf(group_path, sizeof group_path, "/dev/vfio/%s", strrchr(link, '/') + 1);
	int container = open("/dev/vfio/vfio", O_RDWR), group = open(group_path, O_RDWR); if (container < 0 || group < 0) die(group_path);
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) || ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU)) die("VFIO_SET_IOMMU");
	int dev = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, device); if (dev < 0) die("VFIO_GROUP_GET_DEVICE_FD");
	struct vfio_region_info bar = { .argsz = sizeof bar, .index = 0 }, config = { .argsz = sizeof config, .index = VFIO_PCI_CONFIG_REGION_INDEX };
	if (ioctl(dev, VFIO_DEVICE_GET_REGION_INFO, &bar) || ioctl(dev, VFIO_DEVICE_GET_REGION_INFO, &config)) die("REGION_INFO");
	uint16_t command = 6; if (pwrite(dev, &command, 2, config.offset + 4) != 2) die("bus master");
	edu = mmap(NULL, bar.size, PROT_READ | PROT_WRITE, MAP_SHARED, dev, bar.offset); if (edu == MAP_FAILED) die("bar");
	time_t end = time(NULL) + seconds; unsigned long rounds = 0; const unsigned long bytes = 2 * HPS;
	for (; time(NULL) < end; rounds++) {
		int kind = rounds % 4, file = kind == 2 ? memfd_create("v", 0) : -1; pid_t c = -1; int st;
		if (file >= 0 && ftruncate(file, bytes)) die("memfd");
		char *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, (kind >= 2 ? MAP_SHARED : MAP_PRIVATE) | (file < 0 ? MAP_ANONYMOUS : 0) | (kind == 3 ? MAP_HUGETLB : 0), file, 0);
		if (m == MAP_FAILED) continue;
		if (kind == 1) madvise(m, bytes, MADV_HUGEPAGE);
		if (rounds & 4) memset(m, 'v', bytes);
		if (rounds & 8) { c = fork(); if (c == 0) { usleep(300000); _exit(0); } }
		struct vfio_iommu_type1_dma_map map = { .argsz = sizeof map, .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE, .vaddr = (unsigned long)m, .iova = 0x1000000, .size = bytes };
		if (ioctl(container, VFIO_IOMMU_MAP_DMA, &map)) die("VFIO_IOMMU_MAP_DMA");
		for (int i = 0; i < 4; i++) {
			char *page = m + (i * 131 + 7) * PS; unsigned long bus = 0x1000000 + (page - m);
			memset(page, 'a' + i, PS);
			edu_dma(bus, PS / 2, 0);
			memset(page, 0, PS);
			if (i == 1 && kind != 3) madvise(m, bytes, MADV_PAGEOUT);
			if (i == 2) { pid_t d = fork(); if (d == 0) { page[1] = 'x'; _exit(0); } page[2] = 'y'; waitpid(d, &st, 0); }
			if (i == 3) { mprotect(m, bytes, PROT_READ); mprotect(m, bytes, PROT_READ | PROT_WRITE); page[3] = 'z'; }
			edu_dma(bus, PS / 2, 1);
			if (page[0] != 'a' + i || page[PS / 2 - 1] != 'a' + i) die("vfio: other data");
		}
		struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof unmap, .iova = map.iova, .size = bytes };
		if (rounds & 1) munmap(m, bytes);
		if (ioctl(container, VFIO_IOMMU_UNMAP_DMA, &unmap)) die("VFIO_IOMMU_UNMAP_DMA");
		if (!(rounds & 1)) munmap(m, bytes);
		if (file >= 0) close(file);
		if (c >= 0) waitpid(c, &st, 0);
	}
	printf("vfio: %lu rounds\n", rounds); fflush(stdout);
}
