/* Why: the steps of a driver that breaks promises, one ioctl each; shared by the module and by breaks.c. */
#ifndef BREAKER_H
#define BREAKER_H
#include <linux/ioctl.h>
#include <linux/types.h>

struct breaker {
	__u64 addr;      /* in: user address */
	__u64 pfn;       /* out: the pinned page; in: BREAKER_RACE, the page that was swapped out */
	__u32 nr;        /* in: pages, or rounds; out: how many */
	__u32 longterm;  /* in: 1: FOLL_LONGTERM; 2: FOLL_GET instead of FOLL_PIN */
	char until[64];  /* in: a kernel function; see BREAKER_HIDE */
	char byte;       /* in or out: the byte stored or loaded */
};

#define BREAKER_PIN    _IOWR('K', 1, struct breaker)  /* a write pin of nr pages */
#define BREAKER_HIDE   _IOWR('K', 2, struct breaker)  /* the kernel no longer sees it, until a function is called with its page */
#define BREAKER_SHOW   _IOWR('K', 3, struct breaker)  /* the kernel sees it again; nr: the function had been called */
#define BREAKER_STORE  _IOWR('K', 4, struct breaker)  /* the device writes to the page */
#define BREAKER_LOAD   _IOWR('K', 5, struct breaker)
#define BREAKER_UNPIN  _IOWR('K', 6, struct breaker)
#define BREAKER_DROP   _IOWR('K', 7, struct breaker)  /* unmap the page without notifying anybody */
#define BREAKER_WINDOW _IOWR('K', 8, struct breaker)  /* open a notifier window over the page, and leave it open */
#define BREAKER_FORK   _IOWR('K', 9, struct breaker)  /* fork no longer excludes GUP-fast */
#define BREAKER_CHURN  _IOWR('K', 10, struct breaker) /* pin and unpin nr times */
#define BREAKER_HMM    _IOWR('K', 11, struct breaker) /* a snapshot inside an open window, without a look at the sequence */
#define BREAKER_KEEP   _IOWR('K', 12, struct breaker) /* remember the entry of the address */
#define BREAKER_PUT    _IOWR('K', 13, struct breaker) /* restore it, in the calling process */
#define BREAKER_STALE  _IOWR('K', 14, struct breaker) /* pin through the remembered entry, while the address has another */
#define BREAKER_EXCHANGE _IOWR('K', 15, struct breaker) /* exchange this entry and the next */
#define BREAKER_RACE   _IOWR('K', 16, struct breaker) /* the next swap-in waits for BREAKER_PUT, holding its page */
#define BREAKER_MARK   _IOWR('K', 17, struct breaker) /* swap-ins lose the exclusive mark */
#define BREAKER_FLUSH  _IOWR('K', 18, struct breaker) /* skip the next TLB flush of more than one page */
#define BREAKER_DMA    _IOWR('K', 19, struct breaker) /* /dev/vdc is read into the pinned page */
#define BREAKER_CLEAN  _IOWR('K', 20, struct breaker) /* unpin as clean */
#define BREAKER_FORGET _IOWR('K', 21, struct breaker) /* never unpin */
#define BREAKER_EXCLUSIVE _IOWR('K', 22, struct breaker) /* make_device_exclusive() of the address; nr: 1: of the page beside it */
#endif
