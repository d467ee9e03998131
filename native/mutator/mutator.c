/* SPDX-License-Identifier: Apache-2.0 */
/* mutator.c - the public interface: the arena, and calls from outside. */
#include <stdlib.h>
#include <string.h>

#include "tree.h"

#define NODES_PER_BYTE 8u
#define MIN_NODES 8192u
#define MAX_NODES (1u << 18)
#define SLOTS_PER_NODE 4u
#define SPARE_SCRATCH 65536u

struct groundstop_mutator *groundstop_mutator_create(const uint8_t *table, size_t table_size,
                                                     size_t max_size, const char **error)
{
	struct groundstop_mutator *m = calloc(1, sizeof(*m));
	const char *wrong = "no memory for the mutator";
	size_t nodes = max_size < MAX_NODES / NODES_PER_BYTE ? max_size * NODES_PER_BYTE : MAX_NODES;

	if (!m || max_size > UINT32_MAX / 4)
		goto fail;
	if (nodes < MIN_NODES)
		nodes = MIN_NODES;
	m->capacity = max_size;
	m->node_capacity = (uint32_t)nodes;
	m->scratch_capacity = 2 * max_size + SPARE_SCRATCH;
	m->mask = GROUNDSTOP_OP_ALL;
	m->other = GSM_NONE;
	m->table_copy = malloc(table_size ? table_size : 1);
	m->nodes = malloc(nodes * sizeof(*m->nodes));
	m->slot_capacity = SLOTS_PER_NODE * m->node_capacity;
	m->slots = malloc(m->slot_capacity * sizeof(*m->slots));
	m->scratch = malloc(m->scratch_capacity);
	m->out = malloc(max_size ? max_size : 1);
	if (!m->table_copy || !m->nodes || !m->slots || !m->scratch || !m->out)
		goto fail;
	memcpy(m->table_copy, table, table_size);
	wrong = gsm_table_open(&m->table, m->table_copy, table_size);
	if (wrong)
		goto fail;
	wrong = "no memory for the mutator";
	m->blank = malloc(m->table.header.field_count * sizeof(*m->blank) + 1);
	if (!m->blank)
		goto fail;
	for (uint32_t i = 0; i < m->table.header.field_count; i++)
		m->blank[i] = (struct gsm_node){
			.first = GSM_NONE,
			.last = GSM_NONE,
			.next = GSM_NONE,
			.prev = GSM_NONE,
			.field = i,
			.weight = (uint16_t)m->table.fields[i].weight,
		};
	gsm_checksums_init(&m->checksums);
	return m;
fail:
	if (error)
		*error = wrong;
	groundstop_mutator_destroy(m);
	return NULL;
}

void groundstop_mutator_destroy(struct groundstop_mutator *mutator)
{
	if (!mutator)
		return;
	free(mutator->table_copy);
	free(mutator->blank);
	free(mutator->nodes);
	free(mutator->slots);
	free(mutator->scratch);
	free(mutator->out);
	free(mutator);
}

void groundstop_mutator_set_bytes(struct groundstop_mutator *mutator, groundstop_bytes_fn bytes)
{
	mutator->bytes = bytes;
}

void groundstop_mutator_set_operators(struct groundstop_mutator *mutator, uint32_t mask)
{
	mutator->mask = mask & GROUNDSTOP_OP_ALL;
}

enum groundstop_operator groundstop_mutator_operator(const struct groundstop_mutator *mutator)
{
	return mutator->last;
}

uint64_t groundstop_mutator_applied(const struct groundstop_mutator *mutator,
                                    enum groundstop_operator op)
{
	return (uint32_t)op < GROUNDSTOP_OP_COUNT ? mutator->applied[op] : 0;
}

size_t groundstop_mutator_mutate(struct groundstop_mutator *m, uint8_t *data, size_t size,
                                 size_t max_size, uint32_t seed)
{
	size_t room = max_size < m->capacity ? max_size : m->capacity;
	size_t changed;

	if (room == 0 || size > m->capacity)
		return 0;
	m->random.state = seed;
	gsm_work_begin(m, size);
	changed = gsm_mutate(m, data, size, room, NULL, 0);
	memcpy(data, m->out, changed);
	return changed;
}

size_t groundstop_mutator_cross(struct groundstop_mutator *m, const uint8_t *data, size_t size,
                                const uint8_t *other, size_t other_size, uint8_t *out,
                                size_t max_size, uint32_t seed)
{
	size_t room = max_size < m->capacity ? max_size : m->capacity;
	size_t changed;

	if (room == 0 || size > room)
		return 0;
	m->random.state = seed;
	gsm_work_begin(m, size + other_size);
	changed = gsm_mutate(m, data, size, room, other, other_size);
	memcpy(out, m->out, changed);
	return changed;
}

size_t groundstop_mutator_repair(struct groundstop_mutator *m, uint8_t *data, size_t size,
                                 size_t max_size)
{
	size_t room = max_size < m->capacity ? max_size : m->capacity;
	size_t changed;
	uint32_t root;

	if (room == 0 || size > room)
		return 0;
	m->random.state = 0;
	gsm_work_begin(m, size);
	m->fix = m->strict = m->thorough = true;
	root = gsm_prepare(m, data, size, NULL, 0);
	if (root == GSM_NONE)
		return 0;
	gsm_make_whole(m, root);
	changed = gsm_is_spent(m) ? 0 : gsm_encode(m, root, room);
	memcpy(data, m->out, changed);
	return changed;
}
