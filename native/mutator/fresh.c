/* SPDX-License-Identifier: Apache-2.0 */
/* fresh.c - new records, made so that what they refer to is there. */
#include "tree.h"

#define FRESH_OCTETS 8u   /* bytes over the least that a new leaf has at most */
#define FRESH_ELEMENTS 3u /* elements over the least that a new array has less than */
#define USUAL_ELEMENTS 256u

static bool is_octets(struct groundstop_mutator *m, uint32_t node)
{
	return gsm_is_field(m, node, GSM_OCTETS) && gsm_at(m, node)->size > 0;
}

static bool fresh_octets(struct groundstop_mutator *m, uint32_t node)
{
	struct gsm_range limits = gsm_size_limits(m, node);
	uint32_t size = (uint32_t)limits.low + gsm_below(&m->random, FRESH_OCTETS + 1);
	uint32_t model = gsm_one_in(&m->random, 2) ? gsm_pick(m, is_octets) : GSM_NONE;
	uint8_t *bytes;

	if (model != GSM_NONE && gsm_at(m, model)->size >= limits.low &&
	    gsm_at(m, model)->size <= limits.high) {
		gsm_set_octets(m, node, gsm_at(m, model)->bytes, gsm_at(m, model)->size);
		return true;
	}
	if (size > limits.high)
		size = (uint32_t)limits.high;
	bytes = gsm_scratch_take(m, size);
	if (!bytes)
		return false;
	for (uint32_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)gsm_next(&m->random);
	gsm_set_octets(m, node, bytes, size);
	return true;
}

static bool fresh_array(struct groundstop_mutator *m, uint32_t array, uint32_t first)
{
	const struct gsm_field *field = gsm_field_of(m, array);
	struct gsm_range limits = gsm_element_limits(m, array);
	uint64_t count = limits.low;
	uint64_t usual;

	gsm_at(m, array)->value = 0;
	if (field->ref != GSM_NONE && gsm_field_of(m, first + field->ref)->domain != GSM_NONE &&
	    gsm_choose(m, first + field->ref, &usual) && usual <= USUAL_ELEMENTS)
		count = usual;
	else if (!field->fixed)
		count += gsm_below(&m->random, FRESH_ELEMENTS);
	gsm_fill(m, array, count < limits.high ? count : limits.high, false);
	return gsm_at(m, array)->value >= limits.low;
}

/* The field by which the array that the record is an element of is in order. */
static bool is_key(struct groundstop_mutator *m, uint32_t node, uint32_t record_node)
{
	return gsm_is_element(m, record_node) &&
	       gsm_at(m, record_node)->first + gsm_field_of(m, record_node)->ref2 == node;
}

static bool fresh_integer(struct groundstop_mutator *m, uint32_t node, uint32_t record_node)
{
	const struct gsm_field *field = gsm_field_of(m, node);
	uint32_t array = gsm_at(m, record_node)->parent;
	struct gsm_range range;
	uint64_t value = 0;

	if (field->role > GSM_FLAGS) {
		gsm_at(m, node)->value = field->role == GSM_CONSTANT ? field->constant : 0;
		return true;
	}
	if (is_key(m, node, record_node)) {
		if (m->filling != array)
			return gsm_free_key(m, array, record_node);
		if (!gsm_range(m, node, &range))
			return false;
		value = gsm_from_range(m, range);
	} else if (!gsm_choose(m, node, &value)) {
		return false;
	}
	gsm_set(m, node, value);
	return true;
}

static bool fresh_field(struct groundstop_mutator *m, uint32_t node, uint32_t record_node)
{
	const struct gsm_field *field = gsm_field_of(m, node);

	switch (field->kind) {
	case GSM_INTEGER:
		return fresh_integer(m, node, record_node);
	case GSM_OCTETS:
		return field->role == GSM_CONSTANT || fresh_octets(m, node);
	case GSM_ARRAY:
		return fresh_array(m, node, gsm_at(m, record_node)->first);
	case GSM_RECORD:
	case GSM_PART:
		return gsm_fresh(m, node, field->child);
	case GSM_UNION:
		return gsm_fresh_body(m, node);
	default:
		return true;
	}
}

/* Make `node`, which has its place in the tree, hold a new record. */
bool gsm_fresh(struct groundstop_mutator *m, uint32_t node, uint32_t record)
{
	const struct gsm_record *r = &m->table.records[record];
	uint32_t first;

	if (!gsm_fields_init(m, node, r))
		return false;
	first = gsm_at(m, node)->first;
	for (uint32_t i = 0; i < r->field_count; i++)
		if (!fresh_field(m, first + i, node))
			return false;
	return true;
}

/* The number of the case that a union's tag chooses, and its record; GSM_NONE: no case. */
uint32_t gsm_case_of(struct groundstop_mutator *m, uint32_t node, uint32_t *record)
{
	const struct gsm_field *field = gsm_field_of(m, node);
	uint64_t tag = gsm_at(m, gsm_at(m, gsm_owner(m, node))->first + field->ref)->value;

	const struct gsm_case *cases = &m->table.cases[field->cases_first];
	uint64_t guess = tag - cases[0].tag; /* most tags have no gaps */

	if (guess < field->cases_count && cases[guess].tag == tag) {
		*record = cases[guess].record;
		return (uint32_t)guess;
	}
	for (uint32_t i = 0; i < field->cases_count; i++)
		if (cases[i].tag == tag) {
			*record = cases[i].record;
			return i;
		}
	return GSM_NONE;
}

/* Make a union hold a new body for its tag; false when the tag has no case. */
bool gsm_fresh_body(struct groundstop_mutator *m, uint32_t node)
{
	uint32_t record;

	if (gsm_case_of(m, node, &record) == GSM_NONE)
		return false;
	gsm_set(m, node, record);
	gsm_at(m, node)->first = GSM_NONE;
	return record == GSM_NONE || gsm_fresh(m, node, record);
}

/*
 * A new element in an array, before another or (GSM_NONE) at the end, unless a key says
 * where; GSM_NONE, and the array as it was, when there can be none.
 */
uint32_t gsm_fresh_element(struct groundstop_mutator *m, uint32_t array, uint32_t before)
{
	const struct gsm_field *field = gsm_field_of(m, array);
	uint32_t element = gsm_nodes_take(m, 1);

	if (element == GSM_NONE)
		return GSM_NONE;
	gsm_node_init(m, element, gsm_at(m, array)->field, array);
	gsm_at(m, element)->flags = GSM_ELEMENT;
	gsm_link(m, array, element, before);
	if (field->child == GSM_NONE) {
		gsm_at(m, element)->value = gsm_next(&m->random) & gsm_maximum(field->width);
		return element;
	}
	if (gsm_fresh(m, element, field->child))
		return element;
	gsm_unlink(m, element);
	return GSM_NONE;
}

/*
 * Fresh elements at the end of an array until it has `count`, repaired where that is asked
 * for; false when there can be none, or too few keys.  One pass then puts all in order: a
 * place for each by itself would take a walk for each.
 */
bool gsm_fill(struct groundstop_mutator *m, uint32_t array, uint64_t count, bool repair)
{
	const struct gsm_field *field = gsm_field_of(m, array);
	uint32_t outer = m->filling;
	bool added = false, fine = true;

	while (fine && gsm_at(m, array)->value < count) {
		uint32_t element;

		m->filling = array;
		element = gsm_spend(m) ? gsm_fresh_element(m, array, GSM_NONE) : GSM_NONE;
		m->filling = outer;
		added = true;
		fine = element != GSM_NONE &&
		       (!repair || field->child == GSM_NONE || gsm_repair(m, element));
	}
	if (added && field->ref2 != GSM_NONE)
		gsm_order(m, array);
	return fine && gsm_at(m, array)->value >= count;
}
