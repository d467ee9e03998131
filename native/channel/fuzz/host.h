/* SPDX-License-Identifier: Apache-2.0 */
/* host.h - a host whose memory fails when told to, and which knows all that it gave out. */
#ifndef FUZZ_HOST_H
#define FUZZ_HOST_H

#include <stdbool.h>

#include "../ci.h"

struct fuzz_block;

/* All zero: nothing allocated, nothing fails. */
struct fuzz_host {
	uint64_t asked;                 /* allocations since fuzz_host_arm */
	uint64_t failed;                /* of them */
	uint64_t fail_at;               /* the first that fails, from 1; 0: none does */
	bool only_one;                  /* those behind it succeed again */
	size_t live;                    /* bytes given out and not taken back */
	struct fuzz_block *blocks;      /* which they are */
	const char *misuse;             /* the first wrong call of free; NULL: none */
};

#pragma GCC visibility push(hidden)

struct ci_host fuzz_host_interface(struct fuzz_host *host);

/* From now on, allocation `fail_at` fails; and all later ones, unless only_one. */
void fuzz_host_arm(struct fuzz_host *host, uint64_t fail_at, bool only_one);

/* Free what nobody has given back. */
void fuzz_host_close(struct fuzz_host *host);

#pragma GCC visibility pop

#endif /* FUZZ_HOST_H */
