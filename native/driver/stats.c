/* SPDX-License-Identifier: Apache-2.0 */
#include "stats.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DIGEST_BITS 20u
#define DIGEST_SLOTS (UINT64_C(1) << DIGEST_BITS)
/* Beyond this many the probes get long; later outcomes count as seen. */
#define DIGEST_LIMIT (DIGEST_SLOTS / 4 * 3)

/* To judge some seeds before the share has earned anything; paid back out of it. */
#define ALLOWANCE_NS INT64_C(250000000)

/* What the campaign may save up for processes to come, in ns of Python's time: at least. */
#define BALANCE_LIMIT_NS INT64_C(1000000000)

/* Edges beyond are not counted; the largest cores known have a tenth of it. */
#define EDGE_LIMIT (UINT64_C(1) << 20)

struct shared {
	struct groundstop_stats stats;
	_Atomic int64_t balance_ns;
	_Atomic int64_t start_ns; /* what Python's start last cost a process */
	_Atomic uint8_t edges[EDGE_LIMIT];
	_Atomic uint64_t digests[DIGEST_SLOTS];
};

struct gs_local_stats gs_local;

static struct shared *shared;
static pid_t owner;

_Static_assert(sizeof(_Atomic uint64_t) == sizeof(uint64_t), "the file holds plain words");

static _Atomic uint64_t *atomic_field(uint64_t *field)
{
	return (_Atomic uint64_t *)field;
}

static void add(uint64_t *field, uint64_t *amount)
{
	if (*amount != 0)
		atomic_fetch_add_explicit(atomic_field(field), *amount, memory_order_relaxed);
	*amount = 0;
}

static struct shared *map_file(const char *path)
{
	void *memory = MAP_FAILED;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return NULL;
	/*
	 * Several processes may do this at once: growing to the same size is idempotent.  A hole
	 * in the file would be SIGBUS once the disk is full.
	 */
	if (posix_fallocate(fd, 0, (off_t)sizeof(struct shared)) == 0)
		memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}

static struct shared *map_private(void)
{
	void *memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void gs_stats_open(void)
{
	const char *path = getenv("GROUNDSTOP_STATS");
	uint64_t fresh = 0;

	owner = getpid();
	if (path && *path)
		shared = map_file(path);
	if (!shared)
		shared = map_private();
	if (!shared)
		return;
	/* Exactly one process of the campaign hands out the allowance. */
	if (atomic_compare_exchange_strong(atomic_field(&shared->stats.magic), &fresh,
					   GROUNDSTOP_STATS_MAGIC))
		atomic_fetch_add((_Atomic int64_t *)&shared->stats.allowance_ns, ALLOWANCE_NS);
	atomic_fetch_add(atomic_field(&shared->stats.processes), 1);
}

void gs_stats_flush(void)
{
	struct groundstop_stats *stats;

	if (!shared || getpid() != owner)
		return;
	stats = &shared->stats;
	add(&stats->silent, &gs_local.stage[GROUNDSTOP_STAGE_NONE]);
	add(&stats->rejected, &gs_local.stage[GROUNDSTOP_STAGE_REJECTED]);
	add(&stats->loaded, &gs_local.stage[GROUNDSTOP_STAGE_LOADED]);
	add(&stats->evaluated, &gs_local.stage[GROUNDSTOP_STAGE_EVALUATED]);
	add(&stats->not_kept, &gs_local.not_kept);
	add(&stats->python_calls, &gs_local.python_calls);
	add(&stats->python_ns, &gs_local.python_ns);
	add(&stats->busy_ns, &gs_local.busy_ns);
	for (size_t i = 0; i < GROUNDSTOP_STATS_OPERATORS; i++) {
		add(&stats->operator_inputs[i], &gs_local.operator_inputs[i]);
		add(&stats->operator_features[i], &gs_local.operator_features[i]);
	}
}

void gs_stats_conclude(void)
{
	if (shared && getpid() == owner)
		atomic_fetch_add(atomic_field(&shared->stats.concluded), 1);
}

bool gs_digest_is_new(uint64_t digest)
{
	uint64_t slot = digest >> (64 - DIGEST_BITS);

	if (!shared)
		return false;
	for (;; slot = (slot + 1) % DIGEST_SLOTS) {
		uint64_t found = atomic_load_explicit(&shared->digests[slot], memory_order_relaxed);

		if (found == digest)
			return false;
		if (found != 0)
			continue;
		if (atomic_load_explicit(atomic_field(&shared->stats.digests),
					 memory_order_relaxed) >= DIGEST_LIMIT)
			return false;
		if (atomic_compare_exchange_strong(&shared->digests[slot], &found, digest)) {
			atomic_fetch_add(atomic_field(&shared->stats.digests), 1);
			return true;
		}
		if (found == digest)
			return false;
	}
}

void gs_edge_seen(size_t edge)
{
	if (!shared || edge >= EDGE_LIMIT)
		return;
	if (atomic_load_explicit(&shared->edges[edge], memory_order_relaxed) == 0 &&
	    atomic_exchange(&shared->edges[edge], 1) == 0)
		atomic_fetch_add(atomic_field(&shared->stats.edges), 1);
}

static uint64_t load(uint64_t *field)
{
	return atomic_load_explicit(atomic_field(field), memory_order_relaxed);
}

uint64_t gs_inputs(void)
{
	struct groundstop_stats *stats;

	if (!shared)
		return 0;
	stats = &shared->stats;
	return load(&stats->silent) + load(&stats->rejected) + load(&stats->loaded) +
	       load(&stats->evaluated);
}

uint64_t gs_average(void)
{
	uint64_t inputs = gs_inputs();

	return inputs != 0 ? load(&shared->stats.busy_ns) / inputs : 0;
}

void gs_slowest_note(uint64_t ns)
{
	uint64_t most = gs_slowest();

	while (shared && ns > most &&
	       !atomic_compare_exchange_weak(atomic_field(&shared->stats.slowest_ns), &most, ns)) {
	}
}

uint64_t gs_slowest(void)
{
	return shared ? load(&shared->stats.slowest_ns) : 0;
}

void gs_hang_seen(uint64_t limit)
{
	if (shared)
		atomic_store(atomic_field(&shared->stats.hang_ns), limit);
}

bool gs_hang_was_seen(void)
{
	return shared && load(&shared->stats.hang_ns) != 0;
}

void gs_allowance_spend(uint64_t ns)
{
	if (shared)
		atomic_fetch_sub((_Atomic int64_t *)&shared->stats.allowance_ns, (int64_t)ns);
}

bool gs_allowance_left(void)
{
	return shared && atomic_load_explicit((_Atomic int64_t *)&shared->stats.allowance_ns,
					      memory_order_relaxed) > 0;
}

/* However long Python's start takes: it must come within reach. */
static int64_t balance_limit(void)
{
	int64_t price = gs_start_price();

	return price > BALANCE_LIMIT_NS ? price : BALANCE_LIMIT_NS;
}

void gs_balance_add(int64_t ns)
{
	int64_t limit;
	int64_t before;
	int64_t after;

	if (!shared)
		return;
	limit = balance_limit();
	before = atomic_load_explicit(&shared->balance_ns, memory_order_relaxed);
	do {
		after = before + ns < limit ? before + ns : limit;
	} while (!atomic_compare_exchange_weak(&shared->balance_ns, &before, after));
}

int64_t gs_balance(void)
{
	return shared ? atomic_load_explicit(&shared->balance_ns, memory_order_relaxed) : 0;
}

void gs_start_cost_set(int64_t ns)
{
	if (shared)
		atomic_store_explicit(&shared->start_ns, ns, memory_order_relaxed);
}

int64_t gs_start_price(void)
{
	return shared ? atomic_load_explicit(&shared->start_ns, memory_order_relaxed) / 4 * 5 : 0;
}
