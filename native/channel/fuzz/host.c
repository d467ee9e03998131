/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include <stdlib.h>

/* Beside the memory, not in front of it: there the sanitizer watches. */
struct fuzz_block {
	struct fuzz_block *next;
	void *memory;
	size_t size;
};

static bool fails(const struct fuzz_host *host)
{
	if (host->fail_at == 0)
		return false;
	return host->only_one ? host->asked == host->fail_at : host->asked >= host->fail_at;
}

static void *host_alloc(void *ctx, size_t size)
{
	struct fuzz_host *host = ctx;
	struct fuzz_block *block = NULL;
	void *memory = NULL;

	host->asked++;
	if (!fails(host)) {
		block = malloc(sizeof(*block));
		memory = malloc(size);
	}
	if (!block || !memory) {
		free(block);
		free(memory);
		host->failed++;
		return NULL;
	}
	*block = (struct fuzz_block){ host->blocks, memory, size };
	host->blocks = block;
	host->live += size;
	return memory;
}

static void host_free(void *ctx, void *memory, size_t size)
{
	struct fuzz_host *host = ctx;
	struct fuzz_block **link = &host->blocks;
	struct fuzz_block *block;

	while (*link && (*link)->memory != memory)
		link = &(*link)->next;
	block = *link;
	if (!block) {
		if (!host->misuse)
			host->misuse = "free is called for memory that is not allocated";
		return;
	}
	if (block->size != size && !host->misuse)
		host->misuse = "free is called with another size than alloc was";
	*link = block->next;
	host->live -= block->size;
	free(block->memory);
	free(block);
}

struct ci_host fuzz_host_interface(struct fuzz_host *host)
{
	return (struct ci_host){ .ctx = host, .alloc = host_alloc, .free = host_free };
}

void fuzz_host_arm(struct fuzz_host *host, uint64_t fail_at, bool only_one)
{
	host->asked = 0;
	host->failed = 0;
	host->fail_at = fail_at;
	host->only_one = only_one;
}

void fuzz_host_close(struct fuzz_host *host)
{
	while (host->blocks)
		host_free(host, host->blocks->memory, host->blocks->size);
}
