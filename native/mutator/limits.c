/* SPDX-License-Identifier: Apache-2.0 */
/* limits.c - how many elements and bytes there may be, and keys that none has yet. */
#include "tree.h"

#define MAX_PROBED 4096u /* a range of keys up to this long is searched for a free one */

/* Where an element belongs by its key: the first other element with a higher one. */
static uint32_t place_of(struct groundstop_mutator *m, uint32_t array, uint32_t element,
                         uint64_t key, bool *taken)
{
	uint32_t local = gsm_field_of(m, array)->ref2;
	uint32_t e = gsm_at(m, array)->first;

	*taken = false;
	for (; e != GSM_NONE; e = gsm_at(m, e)->next) {
		uint64_t other;

		if (e == element || gsm_at(m, e)->first == GSM_NONE)
			continue;
		other = gsm_at(m, gsm_at(m, e)->first + local)->value;
		*taken |= other == key;
		if (other > key)
			break;
	}
	return e;
}

/*
 * Give an element, which is in an array that is ascending by a key, a key that no other
 * has, and the place that goes with it.  False when all are taken.
 */
bool gsm_free_key(struct groundstop_mutator *m, uint32_t array, uint32_t element)
{
	uint32_t key = gsm_at(m, element)->first + gsm_field_of(m, array)->ref2;
	uint32_t before = GSM_NONE;
	struct gsm_range range;
	uint64_t value;
	bool taken = true;

	if (!gsm_range(m, key, &range))
		return false;
	for (int tries = 0; tries < 8 && taken; tries++) {
		value = gsm_from_range(m, range);
		before = place_of(m, array, element, value, &taken);
	}
	if (taken && range.high - range.low < MAX_PROBED) {
		uint32_t count = (uint32_t)(range.high - range.low) + 1;
		uint32_t start = gsm_below(&m->random, count);

		for (uint32_t i = 0; i < count && taken; i++) {
			value = range.low + (start + i) % count;
			before = place_of(m, array, element, value, &taken);
		}
	}
	if (taken)
		return false;
	gsm_set(m, key, value);
	gsm_unlink(m, element);
	gsm_link(m, array, element, before);
	return true;
}

/* How many elements an array may have. */
struct gsm_range gsm_element_limits(struct groundstop_mutator *m, uint32_t array)
{
	const struct gsm_field *field = gsm_field_of(m, array);
	struct gsm_range limits = {field->fixed, field->fixed};

	if (field->ref == GSM_NONE)
		return field->fixed ? limits : (struct gsm_range){0, UINT32_MAX};
	if (!gsm_range(m, gsm_at(m, gsm_owner(m, array))->first + field->ref, &limits))
		limits.high = limits.low;
	return limits;
}

/* How many bytes a leaf may have. */
struct gsm_range gsm_size_limits(const struct groundstop_mutator *m, uint32_t octets)
{
	const struct gsm_field *field = gsm_field_of(m, octets);
	const struct gsm_field *size;

	if (field->ref == GSM_NONE)
		return field->fixed ? (struct gsm_range){field->fixed, field->fixed}
		                    : (struct gsm_range){0, UINT32_MAX};
	size = &m->table.fields[m->table.records[field->record].field_first + field->ref];
	return (struct gsm_range){size->low, size->high};
}
