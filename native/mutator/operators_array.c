/* SPDX-License-Identifier: Apache-2.0 */
/* operators_array.c - elements in, out, twice, elsewhere, and from another input. */
#include "operators.h"

bool gsm_can_grow(struct groundstop_mutator *m, uint32_t array)
{
	return gsm_is_array(m, array) &&
	       gsm_at(m, array)->value < gsm_element_limits(m, array).high;
}

bool gsm_can_shrink(struct groundstop_mutator *m, uint32_t array)
{
	return gsm_is_array(m, array) &&
	       gsm_at(m, array)->value > gsm_element_limits(m, array).low;
}

static bool can_double(struct groundstop_mutator *m, uint32_t array)
{
	return gsm_can_grow(m, array) && gsm_at(m, array)->value > 0;
}

static bool has_two(struct groundstop_mutator *m, uint32_t array)
{
	return gsm_is_array(m, array) && gsm_at(m, array)->value > 1;
}

static bool is_ascending(struct groundstop_mutator *m, uint32_t array)
{
	return gsm_field_of(m, array)->ref2 != GSM_NONE;
}

/* One of the places in an array: before an element, or GSM_NONE for its end. */
static uint32_t random_place(struct groundstop_mutator *m, uint32_t array)
{
	return gsm_element(m, array, gsm_below(&m->random, (uint32_t)gsm_at(m, array)->value + 1));
}

bool gsm_op_insert(struct groundstop_mutator *m)
{
	uint32_t array = gsm_pick(m, gsm_can_grow);

	return array != GSM_NONE &&
	       gsm_fresh_element(m, array, random_place(m, array)) != GSM_NONE;
}

bool gsm_op_remove(struct groundstop_mutator *m)
{
	uint32_t array = gsm_pick(m, gsm_can_shrink);
	uint32_t element = array == GSM_NONE ? GSM_NONE : gsm_random_element(m, array);

	if (element == GSM_NONE)
		return false;
	gsm_unlink(m, element);
	return true;
}

/* A copy of `element` (of this or another input) into an array, with a key of its own. */
static bool add_copy(struct groundstop_mutator *m, uint32_t array, uint32_t element)
{
	uint32_t place = random_place(m, array);
	uint32_t copy = element == GSM_NONE ? GSM_NONE : gsm_clone(m, element);

	if (copy == GSM_NONE)
		return false;
	gsm_link(m, array, copy, place);
	if (is_ascending(m, array) && !gsm_free_key(m, array, copy)) {
		gsm_unlink(m, copy);
		return false;
	}
	return true;
}

bool gsm_op_duplicate(struct groundstop_mutator *m)
{
	uint32_t array = gsm_pick(m, can_double);

	return array != GSM_NONE && add_copy(m, array, gsm_random_element(m, array));
}

static void exchange_keys(struct groundstop_mutator *m, uint32_t array, uint32_t a, uint32_t b)
{
	uint32_t key_a = gsm_key_node(m, a, gsm_field_of(m, array)->ref2);
	uint32_t key_b = gsm_key_node(m, b, gsm_field_of(m, array)->ref2);
	uint64_t value;

	if (key_a == GSM_NONE || key_b == GSM_NONE)
		return;
	value = gsm_at(m, key_a)->value;
	gsm_set(m, key_a, gsm_at(m, key_b)->value);
	gsm_set(m, key_b, value);
}

bool gsm_op_swap(struct groundstop_mutator *m)
{
	uint32_t array = gsm_pick(m, has_two);
	uint32_t a, b, behind;

	if (array == GSM_NONE)
		return false;
	a = gsm_random_element(m, array);
	b = gsm_random_element(m, array);
	if (a == b || a == GSM_NONE || b == GSM_NONE)
		return false;
	if (is_ascending(m, array))
		exchange_keys(m, array, a, b); /* so that what they hold changes places */
	behind = gsm_at(m, a)->next;
	if (behind == b) {
		gsm_unlink(m, b);
		gsm_link(m, array, b, a);
		return true;
	}
	gsm_unlink(m, a);
	gsm_link(m, array, a, b);
	gsm_unlink(m, b);
	gsm_link(m, array, b, behind);
	return true;
}

bool gsm_op_move(struct groundstop_mutator *m)
{
	uint32_t array = gsm_pick(m, has_two);
	uint32_t element;

	if (array == GSM_NONE)
		return false;
	element = gsm_random_element(m, array);
	if (element == GSM_NONE)
		return false;
	if (is_ascending(m, array))
		return gsm_free_key(m, array, element);
	gsm_unlink(m, element);
	gsm_link(m, array, element, random_place(m, array));
	return true;
}

static bool can_splice(struct groundstop_mutator *m, uint32_t node)
{
	if (gsm_at(m, node)->field == GSM_NONE)
		return false;
	if (gsm_is_array(m, node))
		return gsm_at(m, node)->value < gsm_element_limits(m, node).high;
	return gsm_is_leaf(m, node) || gsm_is_field(m, node, GSM_PART);
}

/* A node of the other input with the same field. */
static uint32_t counterpart(struct groundstop_mutator *m, uint32_t node)
{
	uint32_t count = m->node_count - m->end;
	uint32_t start = gsm_below(&m->random, count);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t other = m->end + (start + i) % count;

		if (!gsm_spend(m))
			break;
		if (gsm_at(m, other)->field == gsm_at(m, node)->field &&
		    gsm_is_element(m, other) == gsm_is_element(m, node) && gsm_is_live(m, other))
			return other;
	}
	return GSM_NONE;
}

bool gsm_op_splice(struct groundstop_mutator *m)
{
	uint32_t node = m->other == GSM_NONE ? GSM_NONE : gsm_pick(m, can_splice);
	uint32_t other = node == GSM_NONE ? GSM_NONE : counterpart(m, node);
	uint32_t element;

	if (other == GSM_NONE)
		return false;
	if (!gsm_is_array(m, node))
		return gsm_clone_into(m, node, other);
	if (gsm_at(m, other)->value == 0)
		return false;
	if (gsm_can_shrink(m, node) && gsm_one_in(&m->random, 3)) {
		element = gsm_random_element(m, node);
		if (element == GSM_NONE)
			return false;
		gsm_unlink(m, element);
	}
	return add_copy(m, node, gsm_random_element(m, other));
}
