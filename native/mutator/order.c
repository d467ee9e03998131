/* SPDX-License-Identifier: Apache-2.0 */
/* order.c - arrays that ascend by a key: where an element goes, and keys that none has yet. */
#include "tree.h"

#define TRIES 8 /* keys drawn before the free ones are looked for in order */

static uint32_t key_node(struct groundstop_mutator *m, uint32_t array, uint32_t element)
{
	return gsm_at(m, element)->first + gsm_field_of(m, array)->ref2;
}

static uint64_t key_of(struct groundstop_mutator *m, uint32_t array, uint32_t element)
{
	return gsm_at(m, key_node(m, array, element))->value;
}

static bool is_kept(struct groundstop_mutator *m, uint32_t array, uint32_t element)
{
	return gsm_at(m, key_node(m, array, element))->flags & GSM_KEEP;
}

/* Where an element belongs by its key: the first other element with a higher one. */
static uint32_t place_of(struct groundstop_mutator *m, uint32_t array, uint32_t element,
                         uint64_t key, bool *taken)
{
	uint32_t e = gsm_at(m, array)->first;

	*taken = false;
	for (; e != GSM_NONE; e = gsm_at(m, e)->next) {
		uint64_t other;

		if (!gsm_spend(m))
			return GSM_NONE;
		if (e == element)
			continue;
		other = key_of(m, array, e);
		*taken |= other == key;
		if (other > key)
			break;
	}
	return e;
}

/* A walk through the keys of a range that no element has, from one of them round to it again. */
struct gap {
	struct gsm_range range;
	uint64_t start, value;
	uint32_t at;     /* the first element with a key of at least value */
	bool wrapped, full;
};

static void gap_seek(struct groundstop_mutator *m, uint32_t array, struct gap *gap)
{
	gap->at = gsm_at(m, array)->first;
	while (gap->at != GSM_NONE && key_of(m, array, gap->at) < gap->value && gsm_spend(m))
		gap->at = gsm_at(m, gap->at)->next;
}

static void gap_begin(struct groundstop_mutator *m, uint32_t array, struct gsm_range range,
                      struct gap *gap)
{
	*gap = (struct gap){.range = range};
	gap->start = gap->value = gsm_from_range(m, range);
	gap_seek(m, array, gap);
}

static void gap_step(struct groundstop_mutator *m, uint32_t array, struct gap *gap)
{
	if (gap->value < gap->range.high) {
		gap->value++;
	} else if (!gap->wrapped) {
		gap->wrapped = true;
		gap->value = gap->range.low;
		gap_seek(m, array, gap);
	} else {
		gap->full = true;
	}
	gap->full |= gap->wrapped && gap->value >= gap->start;
}

/* The next key that is free; false when there is none.  `but` is an element not to look at. */
static bool gap_next(struct groundstop_mutator *m, uint32_t array, uint32_t but, struct gap *gap,
                     uint64_t *key)
{
	while (!gap->full && gsm_spend(m)) {
		bool taken = false;

		/* Behind `value` only where the array is not in order yet: then it is put right later. */
		while (gap->at != GSM_NONE && key_of(m, array, gap->at) <= gap->value && gsm_spend(m)) {
			taken |= gap->at != but && key_of(m, array, gap->at) == gap->value;
			gap->at = gsm_at(m, gap->at)->next;
		}
		*key = gap->value;
		gap_step(m, array, gap);
		if (!taken)
			return true;
	}
	return false;
}

/*
 * Give an element, which is in an array that is ascending by a key, a key that no other
 * has, and the place that goes with it.  False when all are taken.
 */
bool gsm_free_key(struct groundstop_mutator *m, uint32_t array, uint32_t element)
{
	uint32_t key = key_node(m, array, element);
	uint32_t before = GSM_NONE;
	struct gsm_range range;
	struct gap gap;
	uint64_t value = 0;
	bool taken = true;

	if (!gsm_range(m, key, &range))
		return false;
	for (int tries = 0; tries < TRIES && taken; tries++) {
		value = gsm_from_range(m, range);
		before = place_of(m, array, element, value, &taken);
	}
	if (taken) {
		gap_begin(m, array, range, &gap);
		if (!gap_next(m, array, element, &gap, &value))
			return false;
		before = place_of(m, array, element, value, &taken);
	}
	if (taken || gsm_is_spent(m))
		return false;
	gsm_set(m, key, value);
	gsm_unlink(m, element);
	gsm_link(m, array, element, before);
	return true;
}

/* The lower of two runs' first elements, taken off its run; the first run's where they are equal. */
static uint32_t take_lower(struct groundstop_mutator *m, uint32_t array, uint32_t *left,
                           uint32_t *left_size, uint32_t *right, uint32_t *right_size)
{
	bool from_left = *right_size == 0 || *right == GSM_NONE ||
	                 (*left_size && key_of(m, array, *left) <= key_of(m, array, *right));
	uint32_t *run = from_left ? left : right;
	uint32_t taken = *run;

	*run = gsm_at(m, taken)->next;
	--*(from_left ? left_size : right_size);
	return taken;
}

/* Merge sort of the list, bottom up: stable, and without memory of its own. */
static void sort(struct groundstop_mutator *m, uint32_t array)
{
	struct gsm_node *a = gsm_at(m, array);

	for (uint32_t width = 1; width < a->value; width *= 2) {
		uint32_t left = a->first, last = GSM_NONE;

		while (left != GSM_NONE) {
			uint32_t left_size = 0, right_size = width, right = left;

			for (; left_size < width && right != GSM_NONE; left_size++)
				right = gsm_at(m, right)->next;
			while (left_size || (right_size && right != GSM_NONE)) {
				uint32_t taken = take_lower(m, array, &left, &left_size, &right,
				                            &right_size);

				gsm_at(m, taken)->prev = last;
				*(last == GSM_NONE ? &a->first : &gsm_at(m, last)->next) = taken;
				last = taken;
				m->work++;
			}
			left = right;
		}
		gsm_at(m, last)->next = GSM_NONE;
		a->last = last;
	}
	gsm_forget(m, array);
	gsm_touch(m, array);
}

/* Take out the elements with a key that the one before has; the first of them, then by next. */
static uint32_t take_repeated(struct groundstop_mutator *m, uint32_t array)
{
	uint32_t element = gsm_at(m, array)->first, before = GSM_NONE;
	uint32_t first = GSM_NONE, last = GSM_NONE, next;

	for (; element != GSM_NONE; element = next) {
		next = gsm_at(m, element)->next;
		m->work++;
		if (before == GSM_NONE || key_of(m, array, before) != key_of(m, array, element)) {
			before = element;
			continue;
		}
		gsm_unlink(m, element);
		*(last == GSM_NONE ? &first : &gsm_at(m, last)->next) = element;
		last = element;
		m->again = true;
	}
	return first;
}

/* Give elements that were taken out keys of their own, and put them at the end of the array. */
static void renew_keys(struct groundstop_mutator *m, uint32_t array, uint32_t element)
{
	uint32_t first = GSM_NONE, last = GSM_NONE, next;
	struct gap gap;
	bool begun = false;

	/* The array stays in order until all have a key. */
	for (; element != GSM_NONE; element = next) {
		struct gsm_range range;
		uint64_t key;

		next = gsm_at(m, element)->next;
		gsm_at(m, element)->next = GSM_NONE;
		if (!gsm_range(m, key_node(m, array, element), &range))
			continue;
		if (!begun || range.low != gap.range.low || range.high != gap.range.high)
			gap_begin(m, array, range, &gap);
		begun = true;
		if (!gap_next(m, array, GSM_NONE, &gap, &key))
			continue;
		gsm_set(m, key_node(m, array, element), key);
		*(last == GSM_NONE ? &first : &gsm_at(m, last)->next) = element;
		last = element;
	}
	for (; first != GSM_NONE; first = next) {
		next = gsm_at(m, first)->next;
		gsm_link(m, array, first, GSM_NONE);
	}
}

/*
 * Elements to where their keys say, and another key for those with one that an element
 * before has; those for which none is free are taken out.  A key that is broken on purpose
 * stays where it is.
 */
void gsm_order(struct groundstop_mutator *m, uint32_t array)
{
	uint32_t element = gsm_at(m, array)->first, before = GSM_NONE, behind = GSM_NONE;
	uint32_t kept = GSM_NONE, repeated;
	bool ordered = true;

	for (; element != GSM_NONE; element = gsm_at(m, element)->next) {
		m->work++;
		if (kept == GSM_NONE && is_kept(m, array, element)) {
			kept = element;
			behind = before;
			continue;
		}
		ordered &= before == GSM_NONE || key_of(m, array, before) < key_of(m, array, element);
		before = element;
	}
	if (ordered)
		return;
	if (kept != GSM_NONE)
		gsm_unlink(m, kept);
	sort(m, array);
	repeated = take_repeated(m, array);
	if (repeated != GSM_NONE) {
		renew_keys(m, array, repeated);
		sort(m, array);
		take_repeated(m, array);
	}
	if (kept == GSM_NONE)
		return;
	if (behind == GSM_NONE)
		gsm_link(m, array, kept, gsm_at(m, array)->first);
	else if (!(gsm_at(m, behind)->flags & GSM_DEAD))
		gsm_link(m, array, kept, gsm_at(m, behind)->next);
	else
		gsm_link(m, array, kept, GSM_NONE);
}
