/* Why: the steps of a driver that breaks promises, one ioctl each; shared by the module and by breaks.c. */
#ifndef BREAKER_H
#define BREAKER_H
#include <linux/ioctl.h>
#include <linux/types.h>

struct breaker {
	__u64 addr;      /* in: user address */
	__u64 pfn;       /* out: the pinned page */
	__u32 nr;        /* in: pages, or rounds; out: how many */
	__u32 longterm;  /* in: FOLL_LONGTERM */
	char until[64];  /* in: a kernel function; see BREAKER_HIDE */
	char byte;       /* in or out: the byte stored or loaded */
};

#define BREAKER_PIN    _IOWR('K', 1, struct breaker)  /* a write pin of nr pages */
#define BREAKER_HIDE   _IOWR('K', 2, struct breaker)  /* the kernel no longer sees it, until a function is called with its page */
#define BREAKER_SHOW   _IOWR('K', 3, struct breaker)  /* the kernel sees it again; nr: the function had been called */
#define BREAKER_STORE  _IOWR('K', 4, struct breaker)  /* the device writes to the page */
#define BREAKER_LOAD   _IOWR('K', 5, struct breaker)
#define BREAKER_UNPIN  _IOWR('K', 6, struct breaker)
#define BREAKER_DROP   _IOWR('K', 7, struct breaker)  /* the page leaves its address, and nobody is told */
#define BREAKER_WINDOW _IOWR('K', 8, struct breaker)  /* a notifier window over the page opens, and stays open */
#define BREAKER_FORK   _IOWR('K', 9, struct breaker)  /* fork no longer keeps GUP-fast out */
#define BREAKER_CHURN  _IOWR('K', 10, struct breaker) /* pin and unpin nr times */
#define BREAKER_HMM    _IOWR('K', 11, struct breaker) /* a snapshot inside an open window, without a look at the sequence */
#endif
