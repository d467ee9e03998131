/* SPDX-License-Identifier: Apache-2.0 */
/* operators_shape.c - other bodies, early ends, zeros. */
#include "operators.h"

static bool is_union(struct groundstop_mutator *m, uint32_t node)
{
	return gsm_is_field(m, node, GSM_UNION) && gsm_field_of(m, node)->cases_count > 1;
}

bool gsm_op_retag(struct groundstop_mutator *m)
{
	uint32_t node = gsm_pick(m, is_union);
	const struct gsm_field *field;
	uint32_t tag, record, found = 0;
	uint64_t chosen = 0;

	if (node == GSM_NONE)
		return false;
	field = gsm_field_of(m, node);
	tag = gsm_at(m, gsm_owner(m, node))->first + field->ref;
	for (uint32_t i = 0; i < field->cases_count; i++) {
		uint64_t value = m->table.cases[field->cases_first + i].tag;

		if (value != gsm_at(m, tag)->value && gsm_allowed(m, tag, value) &&
		    gsm_one_in(&m->random, ++found))
			chosen = value;
	}
	if (!found)
		return false;
	gsm_set(m, tag, chosen);
	gsm_case_of(m, node, &record);
	/* Another way to read the same body is worth a look; so is a new one. */
	if (record == gsm_at(m, node)->value && !gsm_one_in(&m->random, 4))
		return true;
	return gsm_fresh_body(m, node);
}

static bool is_anywhere(struct groundstop_mutator *m, uint32_t node)
{
	return gsm_at(m, node)->parent != GSM_NONE;
}

bool gsm_op_truncate(struct groundstop_mutator *m)
{
	uint32_t node = gsm_pick(m, gsm_may_break(m) && gsm_one_in(&m->random, 6) ? is_anywhere
	                                                                        : gsm_can_shrink);
	uint64_t keep;

	if (node == GSM_NONE)
		return false;
	if (!gsm_can_shrink(m, node)) {
		m->tear = GSM_TEAR_CUT;
		m->tear_node = node;
		return true;
	}
	keep = gsm_between(&m->random, gsm_element_limits(m, node).low, gsm_at(m, node)->value - 1);
	while (gsm_at(m, node)->value > keep)
		gsm_unlink(m, gsm_at(m, node)->last);
	return true;
}

static bool zero_octets(struct groundstop_mutator *m, uint32_t node)
{
	struct gsm_node *n = gsm_at(m, node);
	uint8_t *bytes = n->size ? gsm_scratch_take(m, n->size) : NULL;

	if (!bytes)
		return false;
	memset(bytes, 0, n->size);
	gsm_set_octets(m, node, bytes, n->size);
	return true;
}

static bool is_record(struct groundstop_mutator *m, uint32_t node)
{
	return gsm_is_element(m, node) && gsm_record_of(m, node) != GSM_NONE;
}

static bool zero_record(struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_record *record = &m->table.records[gsm_record_of(m, node)];
	bool changed = false;

	for (uint32_t i = 0; i < record->field_count; i++) {
		uint32_t field = gsm_at(m, node)->first + i;

		if (!gsm_is_leaf(m, field))
			continue;
		if (gsm_is_integer(m, field)) {
			changed |= gsm_at(m, field)->value != 0;
			gsm_set(m, field, 0);
		} else {
			changed |= zero_octets(m, field);
		}
	}
	return changed;
}

bool gsm_op_zero(struct groundstop_mutator *m)
{
	uint32_t node;

	switch (gsm_below(&m->random, 8)) {
	case 0: /* the write was torn: zeros to the end, or as far as this record goes */
		node = gsm_may_break(m) ? gsm_pick(m, is_anywhere) : GSM_NONE;
		if (node == GSM_NONE)
			return false;
		m->tear = GSM_TEAR_ZERO;
		m->tear_node = node;
		m->tear_tail = gsm_one_in(&m->random, 2);
		return true;
	case 1:
	case 2:
	case 3:
		node = gsm_pick(m, is_record);
		return node != GSM_NONE && zero_record(m, node);
	default:
		node = gsm_pick(m, gsm_is_octets_leaf);
		return node != GSM_NONE && zero_octets(m, node);
	}
}
