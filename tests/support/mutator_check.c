/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutator_check.c - is the tree sound?  Asked after every operator and every repair, in tests.
 *
 * Ends the process at the first node that is not what its place in the tree says.  It reads
 * every byte that a leaf points to, so that ASan sees one that is gone.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tree.h"

#define MUST(condition) must((condition), #condition, node)

static void must(bool holds, const char *what, uint32_t node)
{
	if (holds)
		return;
	fprintf(stderr, "mutator_check: node %u: not %s\n", node, what);
	abort();
}

static void check_record(struct groundstop_mutator *m, uint32_t node, uint32_t record);

static void check_bytes(struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_node *n = gsm_at(m, node);
	volatile uint8_t sum = 0;

	for (uint32_t i = 0; i < n->size; i++)
		sum = (uint8_t)(sum ^ n->bytes[i]);
	(void)sum;
}

/* Where an index is kept, it says what a walk would. */
static void check_indexes(struct groundstop_mutator *m, uint32_t array)
{
	const uint32_t *positions = m->slots + gsm_at(m, array)->positions - 1;
	uint32_t keys = gsm_at(m, array)->keys, key = keys ? m->slots[keys - 1] : 0;
	uint32_t at = 0;

	for (uint32_t node = gsm_at(m, array)->first; node != GSM_NONE;
	     node = gsm_at(m, node)->next, at++) {
		uint32_t own = keys ? gsm_key_node(m, node, key) : GSM_NONE, found;

		if (gsm_at(m, array)->positions) {
			MUST(positions[at] == node);
			MUST(gsm_at(m, node)->positions == at);
		}
		if (own == GSM_NONE)
			continue;
		found = gsm_element_with(m, array, key, gsm_at(m, own)->value);
		MUST(found != GSM_NONE);
		MUST(gsm_at(m, gsm_key_node(m, found, key))->value == gsm_at(m, own)->value);
		MUST(found == node || gsm_at(m, node)->prev != GSM_NONE);
	}
}

static void check_elements(struct groundstop_mutator *m, uint32_t array)
{
	const struct gsm_field *field = gsm_field_of(m, array);
	uint32_t node = gsm_at(m, array)->first, before = GSM_NONE;
	uint64_t count = 0;

	for (; node != GSM_NONE; before = node, node = gsm_at(m, node)->next, count++) {
		const struct gsm_node *n = gsm_at(m, node);

		MUST(node < m->node_count);
		MUST(count < gsm_at(m, array)->value);
		MUST(n->flags & GSM_ELEMENT);
		MUST(!(n->flags & GSM_DEAD));
		MUST(n->parent == array);
		MUST(n->prev == before);
		MUST(n->field == gsm_at(m, array)->field);
		if (n->flags & GSM_CLEAN)
			check_bytes(m, node);
		if (field->child != GSM_NONE) {
			MUST(n->first != GSM_NONE);
			check_record(m, node, field->child);
		}
	}
	node = array;
	MUST(count == gsm_at(m, array)->value);
	MUST(gsm_at(m, array)->last == before);
	check_indexes(m, array);
}

static void check_union(struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_field *field = gsm_field_of(m, node);
	const struct gsm_node *n = gsm_at(m, node);
	bool known = n->first == GSM_NONE;

	for (uint32_t i = 0; i < field->cases_count && !known; i++)
		known = m->table.cases[field->cases_first + i].record == n->value;
	MUST(known);
	if (n->first != GSM_NONE)
		check_record(m, node, (uint32_t)n->value);
}

static void check_field(struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_field *field = gsm_field_of(m, node);

	switch (field->kind) {
	case GSM_INTEGER:
		break;
	case GSM_ARRAY:
		check_elements(m, node);
		break;
	case GSM_UNION:
		check_union(m, node);
		break;
	case GSM_RECORD:
	case GSM_PART:
		check_bytes(m, node);
		if (gsm_at(m, node)->first != GSM_NONE) {
			MUST(!(gsm_at(m, node)->flags & GSM_OPAQUE));
			check_record(m, node, field->child);
		}
		break;
	default:
		check_bytes(m, node);
	}
}

static void check_record(struct groundstop_mutator *m, uint32_t node, uint32_t record)
{
	const struct gsm_record *r = &m->table.records[record];
	uint32_t first = gsm_at(m, node)->first;

	MUST(gsm_record_of(m, node) == record);
	MUST(first <= m->node_count && r->field_count <= m->node_count - first);
	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct gsm_node *field = gsm_at(m, first + i);

		MUST(field->parent == node);
		MUST(field->field == r->field_first + i);
		MUST(!(field->flags & (GSM_ELEMENT | GSM_DEAD)));
		MUST(gsm_is_live(m, first + i) == gsm_is_live(m, node));
		check_field(m, first + i);
	}
}

void gsm_check(struct groundstop_mutator *m, uint32_t root)
{
	uint32_t node = root;
	uint64_t work = m->work;

	MUST(node == 0);
	MUST(gsm_at(m, node)->parent == GSM_NONE);
	if (gsm_at(m, node)->first != GSM_NONE)
		check_record(m, node, 0);
	m->work = work; /* looking costs nothing */
}
