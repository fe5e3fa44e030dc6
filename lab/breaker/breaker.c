// SPDX-License-Identifier: GPL-2.0
/*
 * Why: some rules report what a correct kernel never does. This module does it, on a machine that is thrown away
 * afterwards: /dev/breaker pins as a driver does and then hides the pin from the kernel, or changes page tables, notifier
 * windows and fork's sequence count behind its back. For 5.10 to 7.3 on x86-64; not everything works on every kernel.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/hmm.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include "breaker.h"

#define PAGES 16
/* GUP_PIN_COUNTING_BIAS: what a FOLL_PIN adds to the reference count of a page that is not part of a large folio */
#define BIAS 1024

static struct page *pinned[PAGES];
static int count;
static bool got; /* FOLL_GET */
static atomic_t hidden;
static struct kprobe shower;
static unsigned long waited_for;
static struct mmu_notifier notifier;
static struct mmu_interval_notifier interval;

/* A kprobe gives the address of any symbol. */
static void *address_of(const char *name)
{
	struct kprobe probe = { .symbol_name = name };
	void *found = NULL;

	if (register_kprobe(&probe) == 0) {
		found = probe.addr;
		unregister_kprobe(&probe);
	}
	return found;
}

static long breaker_pin(struct breaker *a)
{
	unsigned int flags = FOLL_WRITE | (a->longterm == 1 ? FOLL_LONGTERM : 0);
	long n;

	if (count > 0 || a->nr == 0 || a->nr > PAGES)
		return -EINVAL;
	got = a->longterm == 2;
	n = got ? get_user_pages_fast(a->addr, a->nr, FOLL_WRITE, pinned) : pin_user_pages_fast(a->addr, a->nr, flags, pinned);
	if (n <= 0)
		return n ? n : -EFAULT;
	count = n;
	a->nr = n;
	a->pfn = page_to_pfn(pinned[0]);
	return 0;
}

static void show(void)
{
	if (atomic_xchg(&hidden, 0))
		atomic_add(BIAS, &pinned[0]->_refcount);
}

/* The function is called for our page: the references have been checked by now. */
static int show_at(struct kprobe *p, struct pt_regs *regs)
{
	unsigned long page = (unsigned long)pinned[0];

	if (regs->di == page || regs->si == page || !strcmp(current->comm, "ksmd"))
		show();
	return 0;
}

static long breaker_hide(struct breaker *a)
{
	long e = 0;

	if (count != 1 || atomic_read(&hidden))
		return -EINVAL;
	a->until[sizeof(a->until) - 1] = 0;
	if (a->until[0]) {
		memset(&shower, 0, sizeof(shower));
		shower.symbol_name = kstrdup(a->until, GFP_KERNEL);
		shower.pre_handler = show_at;
		e = register_kprobe(&shower);
		if (e) {
			shower.symbol_name = NULL;
			return e;
		}
	}
	atomic_sub(BIAS, &pinned[0]->_refcount);
	atomic_set(&hidden, 1);
	return 0;
}

static void breaker_show(struct breaker *a)
{
	if (a)
		a->nr = !atomic_read(&hidden);
	show();
	if (shower.symbol_name) {
		unregister_kprobe(&shower);
		kfree(shower.symbol_name);
		shower.symbol_name = NULL;
	}
}

static pte_t *entry_of(unsigned long addr)
{
	pgd_t *pgd = pgd_offset(current->mm, addr);
	p4d_t *p4d = pgd_none(*pgd) ? NULL : p4d_offset(pgd, addr);
	pud_t *pud = !p4d || p4d_none(*p4d) ? NULL : pud_offset(p4d, addr);
	pmd_t *pmd = !pud || pud_none(*pud) ? NULL : pmd_offset(pud, addr);

	return !pmd || pmd_none(*pmd) ? NULL : pte_offset_kernel(pmd, addr);
}

static long breaker_drop(unsigned long addr)
{
	pte_t *pte;
	long e = -EINVAL;

	mmap_read_lock(current->mm);
	pte = entry_of(addr);
	if (pte) {
		WRITE_ONCE(*(unsigned long *)pte, 0);
		asm volatile("invlpg (%0)" : : "r"(addr) : "memory");
		e = 0;
	}
	mmap_read_unlock(current->mm);
	return e;
}

#include "behind.c"

static const struct mmu_notifier_ops notifier_ops;

typedef void (*window_fn)(struct mmu_notifier_range *);

static long open_window(unsigned long addr, const char *which)
{
	struct mmu_notifier_range range = {
		.mm = current->mm, .start = addr & PAGE_MASK, .end = (addr & PAGE_MASK) + PAGE_SIZE,
		.flags = MMU_NOTIFIER_RANGE_BLOCKABLE, .event = MMU_NOTIFY_CLEAR,
	};
	window_fn fn = address_of(which);

	if (!fn)
		return -ENOSYS;
	fn(&range);
	return 0;
}

static long breaker_window(struct breaker *a)
{
	long e = 0;

	if (!notifier.ops) {
		notifier.ops = &notifier_ops;
		e = mmu_notifier_register(&notifier, current->mm);
	}
	return e ? e : open_window(a->addr, "__mmu_notifier_invalidate_range_start");
}

static void bump(struct mm_struct *mm)
{
	unsigned int *sequence = (unsigned int *)&mm->write_protect_seq;

	WRITE_ONCE(*sequence, READ_ONCE(*sequence) + 1);
}

/*
 * copy_page_range() makes write_protect_seq odd while it copies. At our page it is made even for a while, so that GUP-fast on
 * another CPU does not see the fork.
 */
static int wait_there(struct kprobe *p, struct pt_regs *regs)
{
	/* not mdelay(), whose loops depend on the emulated clock */
	u64 end = ktime_get_ns() + 40 * NSEC_PER_MSEC;

	if (current->tgid != victim || regs->si != waited_for || !atomic_xchg(&armed, 0))
		return 0;
	bump(current->mm);
	atomic_set(&go, 1);
	while (ktime_get_ns() < end)
		cpu_relax();
	atomic_set(&go, 0);
	bump(current->mm);
	return 0;
}

static long breaker_fork(unsigned long addr)
{
	victim = current->tgid;
	waited_for = addr;
	atomic_set(&go, 0);
	atomic_set(&armed, 1);
	return arm(&first, "vm_normal_page", wait_there);
}

/* Pin and unpin while copy_page_range() waits; earlier, GUP would wait for mmap_lock until the fork is done. */
static long breaker_churn(struct breaker *a)
{
	u64 end = ktime_get_ns() + 1000 * NSEC_PER_MSEC;
	struct page *page;
	u32 i, n = 0;

	while (!atomic_read(&go) && ktime_get_ns() < end)
		cond_resched();
	for (i = 0; i < a->nr && atomic_read(&go); i++) {
		if (pin_user_pages_fast(a->addr, 1, FOLL_WRITE, &page) == 1) {
			n++;
			unpin_user_page(page);
		}
	}
	a->nr = n;
	return 0;
}

static bool ignore(struct mmu_interval_notifier *mni, const struct mmu_notifier_range *range, unsigned long seq)
{
	mmu_interval_set_seq(mni, seq);
	return true;
}
static const struct mmu_interval_notifier_ops interval_ops = { .invalidate = ignore };

static long breaker_hmm(struct breaker *a)
{
	unsigned long addr = a->addr & PAGE_MASK, pfn = 0;
	struct hmm_range range = {
		.notifier = &interval, .start = addr, .end = addr + PAGE_SIZE, .hmm_pfns = &pfn, .default_flags = HMM_PFN_REQ_FAULT,
	};
	int (*fault)(struct hmm_range *) = address_of("hmm_range_fault");
	long e = mmu_interval_notifier_insert(&interval, current->mm, addr, PAGE_SIZE, &interval_ops);

	if (e)
		return e;
	e = fault ? open_window(addr, "__mmu_notifier_invalidate_range_start") : -ENOSYS;
	if (!e) {
		/* a correct driver waits in mmu_interval_read_begin(); this one takes the sequence as it is */
		range.notifier_seq = interval.invalidate_seq;
		mmap_read_lock(current->mm);
		e = fault(&range);
		mmap_read_unlock(current->mm);
		a->pfn = pfn & ~HMM_PFN_FLAGS;
		open_window(addr, "__mmu_notifier_invalidate_range_end");
	}
	mmu_interval_notifier_remove(&interval);
	return e;
}

static void breaker_unpin(void)
{
	breaker_show(NULL);
	if (count > 0 && !got)
		unpin_user_pages(pinned, count);
	for (; got && count > 0; count--)
		put_page(pinned[count - 1]);
	count = 0;
}

static long breaker_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct breaker a;
	long e = 0;

	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	switch (cmd) {
	case BREAKER_PIN: e = breaker_pin(&a); break;
	case BREAKER_HIDE: e = breaker_hide(&a); break;
	case BREAKER_SHOW: breaker_show(&a); break;
	case BREAKER_STORE: if (count > 0) ((char *)page_address(pinned[0]))[0] = a.byte; break;
	case BREAKER_LOAD: if (count > 0) a.byte = ((char *)page_address(pinned[0]))[0]; break;
	case BREAKER_UNPIN: breaker_unpin(); break;
	case BREAKER_DROP: e = breaker_drop(a.addr); break;
	case BREAKER_WINDOW: e = breaker_window(&a); break;
	case BREAKER_FORK: e = breaker_fork(a.addr); break;
	case BREAKER_CHURN: e = breaker_churn(&a); break;
	case BREAKER_HMM: e = breaker_hmm(&a); break;
	default: e = behind(cmd, &a);
	}
	if (!e && copy_to_user((void __user *)arg, &a, sizeof(a)))
		e = -EFAULT;
	return e;
}

static int breaker_release(struct inode *i, struct file *f)
{
	breaker_unpin();
	disarm();
	return 0;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE, .unlocked_ioctl = breaker_ioctl, .release = breaker_release,
};
static struct miscdevice device = { .minor = MISC_DYNAMIC_MINOR, .name = "breaker", .fops = &operations, .mode = 0666 };

module_misc_device(device);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("breaks what the kernel promises of pinned pages, for tests");
