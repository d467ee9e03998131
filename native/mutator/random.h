/* SPDX-License-Identifier: Apache-2.0 */
/* random.h - the mutator's random numbers: small, fast, a function of the seed alone. */
#ifndef GSM_RANDOM_H
#define GSM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct gsm_random {
	uint64_t state;
};

/* SplitMix64 (Steele, Lea, Flood 2014): any seed is a good one. */
static inline uint64_t gsm_next(struct gsm_random *random)
{
	uint64_t z = (random->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0 .. bound-1; 0 for bound 0.  The bias of bound / 2^32 does not matter here. */
static inline uint32_t gsm_below(struct gsm_random *random, uint32_t bound)
{
	return (uint32_t)(((gsm_next(random) >> 32) * bound) >> 32);
}

/* low .. high, both included, of which low is the smaller. */
static inline uint64_t gsm_between(struct gsm_random *random, uint64_t low, uint64_t high)
{
	uint64_t span = high - low;

	if (span < UINT32_MAX)
		return low + gsm_below(random, (uint32_t)span + 1);
	return span == UINT64_MAX ? gsm_next(random) : low + gsm_next(random) % (span + 1);
}

static inline bool gsm_one_in(struct gsm_random *random, uint32_t n)
{
	return gsm_below(random, n) == 0;
}

#endif /* GSM_RANDOM_H */
