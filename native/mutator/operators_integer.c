/* SPDX-License-Identifier: Apache-2.0 */
/* operators_integer.c - integers at the edges of what they mean. */
#include <string.h>

#include "operators.h"

#define TRIES 8
#define LONG_OCTETS 4096u /* a leaf is not made longer than this for its own sake */

/* The number of elements that an index is of, the value that a number must agree with. */
static uint64_t landmark(struct groundstop_mutator *m, uint32_t integer, struct gsm_range range)
{
	const struct gsm_domain *domain = gsm_domain_of(m, integer);
	uint32_t target;

	if (domain->kind < GSM_INDEX || domain->kind > GSM_FITS)
		return range.high;
	target = gsm_resolve(m, gsm_owner(m, integer), domain->path);
	if (target == GSM_NONE)
		return range.high;
	if (domain->kind == GSM_KEY)
		return gsm_at(m, integer)->value;
	return gsm_at(m, target)->value;
}

static uint64_t edge(struct groundstop_mutator *m, uint32_t integer)
{
	struct gsm_range range;
	uint64_t mark;

	if (!gsm_range(m, integer, &range))
		range = (struct gsm_range){gsm_field_of(m, integer)->low,
		                           gsm_field_of(m, integer)->high};
	mark = landmark(m, integer, range);
	switch (gsm_below(&m->random, 10)) {
	case 0:
		return 0;
	case 1:
		return mark - 1;
	case 2:
		return mark;
	case 3:
		return mark + 1;
	case 4:
		return range.low;
	case 5:
		return range.low - 1;
	case 6:
		return range.high;
	case 7:
		return range.high + 1;
	case 8:
		return range.high - 1;
	default:
		return UINT64_MAX;
	}
}

static bool resize(struct groundstop_mutator *m, uint32_t node)
{
	struct gsm_range limits = gsm_size_limits(m, node);
	struct gsm_node *n = gsm_at(m, node);
	uint64_t high = limits.high < LONG_OCTETS ? limits.high : LONG_OCTETS;
	uint64_t choices[] = {limits.low, limits.low + 1, high, high - 1,
	                      (uint64_t)n->size + 1, (uint64_t)n->size - 1};
	uint64_t size = choices[gsm_below(&m->random, 6)];
	uint8_t *bytes;

	if (size == n->size || size < limits.low || size > high)
		return false;
	bytes = gsm_scratch_take(m, (size_t)size);
	if (!bytes)
		return false;
	for (uint32_t i = 0; i < size; i++)
		bytes[i] = n->size ? n->bytes[i % n->size] : (uint8_t)'A';
	gsm_set_octets(m, node, bytes, (size_t)size);
	return true;
}

bool gsm_op_boundary(struct groundstop_mutator *m)
{
	uint32_t node = gsm_pick(m, gsm_is_leaf);
	bool wrong = gsm_may_disagree(m) && gsm_one_in(&m->random, 12);
	uint32_t width;

	if (node == GSM_NONE)
		return false;
	if (!gsm_is_integer(m, node))
		return resize(m, node);
	width = gsm_field_of(m, node)->width;
	for (int i = 0; i < TRIES; i++) {
		uint64_t value = edge(m, node) & gsm_maximum(width);

		if (value == gsm_at(m, node)->value)
			continue;
		if (gsm_is_element(m, node) || gsm_allowed(m, node, value)) {
			gsm_set(m, node, value);
			return true;
		}
		if (wrong) {
			gsm_keep(m, node, value);
			return true;
		}
	}
	return false;
}

static bool is_number(struct groundstop_mutator *m, uint32_t node)
{
	return gsm_is_plain(m, node) && gsm_is_leaf(m, node) &&
	       (gsm_is_element(m, node) || gsm_field_of(m, node)->role == GSM_PLAIN);
}

bool gsm_op_tweak(struct groundstop_mutator *m)
{
	uint32_t node = gsm_pick(m, is_number);
	uint64_t value, maximum;

	if (node == GSM_NONE)
		return false;
	value = gsm_at(m, node)->value;
	maximum = gsm_maximum(gsm_field_of(m, node)->width);
	for (int i = 0; i < TRIES; i++) {
		uint64_t changed = value;

		switch (gsm_below(&m->random, 4)) {
		case 0:
			changed += 1 + gsm_below(&m->random, 16);
			break;
		case 1:
			changed -= 1 + gsm_below(&m->random, 16);
			break;
		case 2:
			changed ^= UINT64_C(1) << gsm_below(&m->random, 64);
			break;
		default:
			if (gsm_is_element(m, node) || !gsm_choose(m, node, &changed))
				changed = gsm_next(&m->random);
			break;
		}
		changed &= maximum;
		if (changed != value && (gsm_is_element(m, node) || gsm_allowed(m, node, changed))) {
			gsm_set(m, node, changed);
			return true;
		}
	}
	return false;
}

static bool is_choice(struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_field *field;

	if (!gsm_is_field(m, node, GSM_INTEGER))
		return false;
	field = gsm_field_of(m, node);
	return (field->role == GSM_ENUM || field->role == GSM_FLAGS) && !(field->flags & GSM_TAG);
}

bool gsm_op_enum(struct groundstop_mutator *m)
{
	uint32_t node = gsm_pick(m, is_choice);
	uint64_t value;

	if (node == GSM_NONE)
		return false;
	for (int i = 0; i < TRIES; i++)
		if (gsm_choose(m, node, &value) && value != gsm_at(m, node)->value) {
			gsm_set(m, node, value);
			return true;
		}
	return false;
}

static bool is_derived(struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_field *field;

	if (gsm_at(m, node)->field == GSM_NONE || gsm_is_element(m, node))
		return false;
	field = gsm_field_of(m, node);
	return (field->kind == GSM_INTEGER && field->role > GSM_FLAGS) ||
	       (field->kind == GSM_OFFSETS && gsm_at(m, node)->size) ||
	       (field->kind == GSM_OCTETS && field->role == GSM_CONSTANT && gsm_at(m, node)->size);
}

/* One bit of bytes that are otherwise computed or constant. */
static bool break_octets(struct groundstop_mutator *m, uint32_t node)
{
	struct gsm_node *n = gsm_at(m, node);
	uint8_t *bytes = gsm_scratch_take(m, n->size);

	if (!bytes)
		return false;
	memcpy(bytes, n->bytes, n->size);
	bytes[gsm_below(&m->random, n->size)] ^= (uint8_t)(1u << gsm_below(&m->random, 8));
	n->flags |= GSM_KEEP;
	gsm_set_octets(m, node, bytes, n->size);
	return true;
}

bool gsm_op_break(struct groundstop_mutator *m)
{
	uint32_t node = gsm_pick(m, is_derived);
	struct gsm_node *n;
	const struct gsm_field *field;
	uint64_t value;

	if (node == GSM_NONE)
		return false;
	n = gsm_at(m, node);
	field = gsm_field_of(m, node);
	if (field->kind != GSM_INTEGER)
		return break_octets(m, node);
	switch (gsm_below(&m->random, 6)) {
	case 0:
		value = n->value + 1;
		break;
	case 1:
		value = n->value - 1;
		break;
	case 2:
		value = field->high;
		break;
	case 3:
		value = field->high + 1;
		break;
	case 4:
		value = 0;
		break;
	default:
		value = gsm_next(&m->random);
		break;
	}
	value &= gsm_maximum(field->width);
	if (value == n->value)
		value ^= 1;
	gsm_keep(m, node, value);
	return true;
}
