// SPDX-License-Identifier: GPL-2.0
/*
 * Why: faults, flushes and entries can go wrong without a hidden pin. Part of breaker.c: each function breaks one promise, once
 * and for the calling process only.
 */
static unsigned long kept;
static struct page *kept_page;
static pid_t victim;
static struct vm_fault *swapping;
static atomic_t armed, go;
static struct kprobe first, second;

static int arm(struct kprobe *probe, const char *name, kprobe_pre_handler_t handler)
{
	memset(probe, 0, sizeof(*probe));
	probe->symbol_name = name;
	probe->pre_handler = handler;
	if (register_kprobe(probe) == 0)
		return 0;
	memset(probe, 0, sizeof(*probe));
	return -ENOENT;
}

static void disarm(void)
{
	if (first.addr)
		unregister_kprobe(&first);
	if (second.addr)
		unregister_kprobe(&second);
	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	if (kept_page)
		put_page(kept_page);
	kept_page = NULL;
}

/* What the entry is now; a page that it maps stays a page. */
static long breaker_keep(unsigned long addr)
{
	pte_t *pte = entry_of(addr);

	if (!pte)
		return -EINVAL;
	kept = READ_ONCE(*(unsigned long *)pte);
	if (!kept_page && pte_present(*pte)) {
		kept_page = pte_page(*pte);
		get_page(kept_page);
	}
	return 0;
}

static void put_entry(pte_t *pte, unsigned long addr, unsigned long value)
{
	WRITE_ONCE(*(unsigned long *)pte, value);
	asm volatile("invlpg (%0)" : : "r"(addr) : "memory");
}

/* Restore the entry, and let those who wait for that go on. */
static long breaker_put(unsigned long addr)
{
	pte_t *pte = entry_of(addr);

	if (!pte)
		return -EINVAL;
	put_entry(pte, addr, kept);
	atomic_set(&go, 1);
	return 0;
}

/* A pin through an entry that is gone: it is there while GUP-fast looks. */
static long breaker_stale(struct breaker *a)
{
	pte_t *pte = entry_of(a->addr);
	unsigned long now;
	long n;

	if (!pte || !kept_page || pte_present(*pte) || count > 0)
		return -EINVAL;
	now = READ_ONCE(*(unsigned long *)pte);
	put_entry(pte, a->addr, kept);
	n = pin_user_pages_fast(a->addr, 1, FOLL_WRITE, pinned);
	put_entry(pte, a->addr, now);
	if (n != 1)
		return n ? n : -EFAULT;
	count = 1;
	a->pfn = page_to_pfn(pinned[0]);
	return 0;
}

/* Exchange two neighbouring entries. */
static long breaker_exchange(unsigned long addr)
{
	pte_t *one = entry_of(addr), *two = entry_of(addr + PAGE_SIZE);
	unsigned long value;

	if (!one || !two)
		return -EINVAL;
	value = READ_ONCE(*(unsigned long *)one);
	put_entry(one, addr, READ_ONCE(*(unsigned long *)two));
	put_entry(two, addr + PAGE_SIZE, value);
	return 0;
}

/* The first of two swap-ins waits, holding its page, until the entry is restored: it does not notice the second. */
static int wait_for_other(struct kprobe *p, struct pt_regs *regs)
{
	u64 end = ktime_get_ns() + 2000 * NSEC_PER_MSEC;

	if (current->tgid != victim || !atomic_xchg(&armed, 0))
		return 0;
	while (!atomic_read(&go) && ktime_get_ns() < end)
		cpu_relax();
	return 0;
}

/* A page that has been written to its swap device leaves the swap cache, as reclaim does sooner or later. */
static long leave_swap_cache(struct page *page)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	void (*leave)(struct page *) = address_of("delete_from_swap_cache");

	if (!leave)
		return -ENOSYS;
	get_page(page);
	lock_page(page);
	wait_on_page_writeback(page);
	if (PageSwapCache(page))
		leave(page);
	unlock_page(page);
	put_page(page);
	return 0;
#else
	return -ENOSYS;
#endif
}

static long breaker_race(unsigned long addr, unsigned long pfn)
{
	long e = breaker_keep(addr);

	if (!e)
		e = leave_swap_cache(pfn_to_page(pfn));
	if (e)
		return e;
	victim = current->tgid;
	atomic_set(&go, 0);
	atomic_set(&armed, 1);
	return arm(&first, "swap_readpage", wait_for_other);
}

/* do_swap_page() finds the entry without its exclusive mark, after it was called with one. */
static int at_swap(struct kprobe *p, struct pt_regs *regs)
{
	if (current->tgid == victim)
		swapping = (struct vm_fault *)regs->di;
	return 0;
}

static int unmark(struct kprobe *p, struct pt_regs *regs)
{
#ifdef _PAGE_SWP_EXCLUSIVE
	struct vm_fault *vmf = swapping;
	pte_t *pte;

	if (current->tgid != victim || !vmf)
		return 0;
	swapping = NULL;
	pte = entry_of(vmf->address & PAGE_MASK);
	if (!pte)
		return 0;
	vmf->orig_pte = pte_clear_flags(vmf->orig_pte, _PAGE_SWP_EXCLUSIVE);
	WRITE_ONCE(*(unsigned long *)pte, pte_val(vmf->orig_pte));
#endif
	return 0;
}

static long breaker_mark(void)
{
	victim = current->tgid;
	if (arm(&second, "swap_cache_get_folio", unmark) && arm(&second, "lookup_swap_cache", unmark))
		return -ENOENT;
	return arm(&first, "do_swap_page", at_swap);
}

/* Skip the next flush of more than one page. */
void breaker_return(void);
asm(".pushsection .text\n.type breaker_return, @function\nbreaker_return:\n\tret\n\tint3\n.size breaker_return, .-breaker_return\n.popsection\n");

static int skip(struct kprobe *p, struct pt_regs *regs)
{
	if (current->tgid != victim || regs->dx - regs->si <= PAGE_SIZE || !atomic_xchg(&armed, 0))
		return 0;
	regs->ip = (unsigned long)breaker_return;
	return 1;
}

static long breaker_flush(void)
{
	victim = current->tgid;
	atomic_set(&armed, 1);
	return arm(&first, "flush_tlb_mm_range", skip);
}

/* The disk writes into the pinned page. breaker_clean() releases it without marking it dirty. */
static long breaker_dma(void)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	struct block_device *disk = blkdev_get_by_path("/dev/vdc", FMODE_READ, NULL);
	struct bio *bio;
	long e;

	if (IS_ERR(disk))
		return PTR_ERR(disk);
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)
	bio = bio_alloc(GFP_KERNEL, 1);
	bio_set_dev(bio, disk);
	bio->bi_opf = REQ_OP_READ;
#else
	bio = bio_alloc(disk, 1, REQ_OP_READ, GFP_KERNEL);
#endif
	bio_add_page(bio, pinned[0], 512, 0);
	e = submit_bio_wait(bio);
	bio_put(bio);
	blkdev_put(disk, FMODE_READ);
	return e;
#else
	return -ENOSYS;
#endif
}

static void breaker_clean(void)
{
	if (count > 0)
		unpin_user_pages_dirty_lock(pinned, count, false);
	count = 0;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
static struct page **looked_up;

static int gup_begins(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	looked_up = current->tgid == victim ? (struct page **)regs->r8 : NULL;
	return looked_up == NULL;
}

/* GUP has found the page; replace it by its neighbour, as if the neighbour had been found. */
static int gup_ends(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	pte_t *next = entry_of(waited_for + PAGE_SIZE);

	if (regs->ax != 1 || !next || !pte_present(*next) || !atomic_xchg(&armed, 0))
		return 0;
	put_page(looked_up[0]);
	looked_up[0] = pte_page(*next);
	get_page(looked_up[0]);
	breaker_exchange(waited_for);
	return 0;
}

static struct kretprobe looking = { .handler = gup_ends, .entry_handler = gup_begins, .maxactive = 4 };
#endif

static long breaker_exclusive(struct breaker *a)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	struct folio *folio;
	struct page *page;
	long e;

	victim = current->tgid;
	waited_for = a->addr;
	atomic_set(&armed, a->nr);
	looking.kp.symbol_name = "get_user_pages_remote";
	looking.kp.addr = NULL;
	e = a->nr ? register_kretprobe(&looking) : 0;
	if (e)
		return e;
	mmap_read_lock(current->mm);
	page = make_device_exclusive(current->mm, a->addr, &pinned, &folio);
	mmap_read_unlock(current->mm);
	if (a->nr)
		unregister_kretprobe(&looking);
	if (IS_ERR(page))
		return PTR_ERR(page);
	a->pfn = page_to_pfn(page);
	folio_unlock(folio);
	folio_put(folio);
	return 0;
#else
	return -ENOSYS;
#endif
}

static long behind(unsigned int cmd, struct breaker *a)
{
	switch (cmd) {
	case BREAKER_KEEP: return breaker_keep(a->addr);
	case BREAKER_PUT: return breaker_put(a->addr);
	case BREAKER_STALE: return breaker_stale(a);
	case BREAKER_EXCHANGE: return breaker_exchange(a->addr);
	case BREAKER_RACE: return breaker_race(a->addr, a->pfn);
	case BREAKER_MARK: return breaker_mark();
	case BREAKER_FLUSH: return breaker_flush();
	case BREAKER_DMA: return count > 0 ? breaker_dma() : -EINVAL;
	case BREAKER_CLEAN: breaker_clean(); return 0;
	case BREAKER_FORGET: count = 0; return 0;
	case BREAKER_EXCLUSIVE: return breaker_exclusive(a);
	default: return -ENOTTY;
	}
}
