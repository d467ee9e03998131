/* SPDX-License-Identifier: Apache-2.0 */
/* operators_reference.c - what refers to what: made to agree, or exactly one not. */
#include "operators.h"

#define TRIES 8

/* What must hold of a field: a reference, an agreement, or a bound that another field is. */
static bool is_bound(const struct groundstop_mutator *m, const struct gsm_field *field)
{
	uint32_t kind;

	if (field->kind != GSM_INTEGER || field->role > GSM_FLAGS)
		return false;
	if (field->path_below != GSM_NONE || field->path_most != GSM_NONE ||
	    field->path_least != GSM_NONE)
		return true;
	if (field->domain == GSM_NONE || !(field->flags & GSM_HARD))
		return false;
	kind = m->table.domains[field->domain].kind;
	return kind >= GSM_INDEX && kind <= GSM_FITS;
}

static bool is_reference(struct groundstop_mutator *m, uint32_t node)
{
	return gsm_is_field(m, node, GSM_INTEGER) && is_bound(m, gsm_field_of(m, node));
}

/* An array of records that refer to others. */
static bool is_referring(struct groundstop_mutator *m, uint32_t array)
{
	const struct gsm_record *record;

	if (!gsm_can_grow(m, array) || gsm_field_of(m, array)->child == GSM_NONE)
		return false;
	record = &m->table.records[gsm_field_of(m, array)->child];
	for (uint32_t i = 0; i < record->field_count; i++)
		if (is_bound(m, &m->table.fields[record->field_first + i]))
			return true;
	return false;
}

bool gsm_op_agree(struct groundstop_mutator *m)
{
	uint32_t array = gsm_pick(m, is_referring);
	uint32_t place, element, record;

	if (array == GSM_NONE)
		return false;
	place = gsm_element(m, array,
	                    gsm_below(&m->random, (uint32_t)gsm_at(m, array)->value + 1));
	element = gsm_fresh_element(m, array, place);
	if (element == GSM_NONE)
		return false;
	record = gsm_record_of(m, element);
	if (record != GSM_NONE && gsm_one_in(&m->random, 2))
		for (uint32_t i = 0; i < m->table.records[record].field_count; i++)
			if (gsm_echo(m, gsm_at(m, element)->first + i))
				break;
	return true;
}

/* An array that others refer to or whose count they repeat. */
static bool is_target(struct groundstop_mutator *m, uint32_t array)
{
	return gsm_can_grow(m, array) && (gsm_field_of(m, array)->flags & GSM_TARGET);
}

static bool resize_target(struct groundstop_mutator *m)
{
	uint32_t array = gsm_pick(m, is_target);

	if (array == GSM_NONE)
		return false;
	m->hands_off = true;
	if (gsm_can_shrink(m, array) && gsm_one_in(&m->random, 2)) {
		gsm_unlink(m, gsm_at(m, array)->last);
		return true;
	}
	return gsm_fresh_element(m, array, GSM_NONE) != GSM_NONE;
}

/* One step outside what is allowed. */
static uint64_t outside(struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_field *field = gsm_field_of(m, node);
	uint64_t value = gsm_at(m, node)->value;
	struct gsm_range range;

	if (field->role == GSM_ENUM)
		return m->table.values[field->values_first +
		                       gsm_below(&m->random, field->values_count)];
	switch (gsm_below(&m->random, 4)) {
	case 0:
		return value + 1;
	case 1:
		return value - 1;
	default:
		if (!gsm_range(m, node, &range))
			return value + 1;
		return gsm_one_in(&m->random, 4) ? range.low - 1 : range.high + 1;
	}
}

bool gsm_op_disagree(struct groundstop_mutator *m)
{
	uint32_t node;

	if (gsm_one_in(&m->random, 4) && resize_target(m))
		return true;
	node = gsm_pick(m, is_reference);
	if (node == GSM_NONE)
		return false;
	for (int i = 0; i < TRIES; i++) {
		uint64_t value = outside(m, node) & gsm_maximum(gsm_field_of(m, node)->width);

		if (value != gsm_at(m, node)->value && !gsm_allowed(m, node, value)) {
			gsm_keep(m, node, value);
			return true;
		}
	}
	return false;
}
