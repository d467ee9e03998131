/* SPDX-License-Identifier: Apache-2.0 */
/* operators_leaf.c - what is inside leaves: changed by the engine, or taken from others. */
#include "operators.h"

#define LEAF_ROOM 64u /* bytes that a leaf may grow by in one mutation */
#define INTEGER_BYTES 8u

static size_t engine(struct groundstop_mutator *m, uint8_t *bytes, size_t size, size_t room)
{
	size_t changed = m->bytes ? m->bytes(bytes, size, room) : gsm_mutate_bytes(m, bytes, size, room);

	return changed <= room ? changed : room;
}

static bool mutate_octets(struct groundstop_mutator *m, uint32_t node)
{
	struct gsm_range limits = gsm_size_limits(m, node);
	struct gsm_node *n = gsm_at(m, node);
	bool fixed = limits.low == limits.high;
	size_t room = fixed ? n->size : (size_t)n->size + LEAF_ROOM;
	uint8_t *bytes;
	size_t size;

	if (room > limits.high)
		room = (size_t)limits.high;
	if (room == 0 || n->size > room)
		return false;
	bytes = gsm_scratch_take(m, room);
	if (!bytes)
		return false;
	memset(bytes, 0, room);
	if (n->size)
		memcpy(bytes, n->bytes, n->size);
	size = engine(m, bytes, n->size, room);
	gsm_set_octets(m, node, bytes, fixed ? n->size : size);
	return true;
}

static bool is_opaque(struct groundstop_mutator *m, uint32_t node)
{
	return (gsm_at(m, node)->flags & GSM_OPAQUE) && gsm_at(m, node)->size > 0;
}

bool gsm_op_leaf(struct groundstop_mutator *m)
{
	uint32_t node = gsm_pick(m, gsm_one_in(&m->random, 4) ? gsm_is_leaf : gsm_is_octets_leaf);
	uint8_t bytes[INTEGER_BYTES];
	uint64_t value;
	uint32_t width;

	if (node == GSM_NONE || gsm_one_in(&m->random, 64)) {
		node = gsm_pick(m, is_opaque);
		if (node == GSM_NONE)
			return false;
		return mutate_octets(m, node);
	}
	if (!gsm_is_integer(m, node))
		return mutate_octets(m, node);
	width = gsm_field_of(m, node)->width;
	value = gsm_at(m, node)->value;
	for (uint32_t i = 0; i < INTEGER_BYTES; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	engine(m, bytes, width, width);
	for (uint32_t i = 0; i < width; i++)
		value = (value & ~(UINT64_C(0xff) << (8 * i))) | (uint64_t)bytes[i] << (8 * i);
	if (value == gsm_at(m, node)->value)
		return false;
	gsm_set(m, node, value);
	return true;
}

static bool copy_leaf(struct groundstop_mutator *m, uint32_t to, uint32_t from)
{
	struct gsm_range limits;

	if (to == from || gsm_is_integer(m, to) != gsm_is_integer(m, from))
		return false;
	if (gsm_is_integer(m, to)) {
		gsm_set(m, to,
		        gsm_at(m, from)->value & gsm_maximum(gsm_field_of(m, to)->width));
		return true;
	}
	limits = gsm_size_limits(m, to);
	if (gsm_at(m, from)->size < limits.low || gsm_at(m, from)->size > limits.high)
		return false;
	gsm_set_octets(m, to, gsm_at(m, from)->bytes, gsm_at(m, from)->size);
	return true;
}

/* The first leaf of a union's body in a record, or GSM_NONE. */
static uint32_t body_leaf(struct groundstop_mutator *m, uint32_t owner)
{
	uint32_t record = gsm_record_of(m, owner);

	for (uint32_t i = 0; record != GSM_NONE && i < m->table.records[record].field_count; i++) {
		uint32_t body = gsm_at(m, owner)->first + i;
		uint32_t inner;

		if (!gsm_is_field(m, body, GSM_UNION))
			continue;
		inner = gsm_record_of(m, body);
		for (uint32_t k = 0; inner != GSM_NONE && k < m->table.records[inner].field_count; k++)
			if (gsm_is_leaf(m, gsm_at(m, body)->first + k))
				return gsm_at(m, body)->first + k;
	}
	return GSM_NONE;
}

/*
 * Give the body of the record with integer `to`, which fits something, the value of
 * another record that fits the same: a text to look for becomes one that is there.
 */
bool gsm_echo(struct groundstop_mutator *m, uint32_t to)
{
	uint32_t anchor = gsm_anchor(m, to);
	uint32_t leaf = body_leaf(m, gsm_owner(m, to));
	uint32_t start, found = GSM_NONE;

	if (anchor == GSM_NONE || leaf == GSM_NONE)
		return false;
	start = gsm_below(&m->random, m->end);
	for (uint32_t i = 0; i < m->end && found == GSM_NONE; i++) {
		uint32_t node = (start + i) % m->end;

		if (!gsm_spend(m))
			return false;
		if (node != to && gsm_is_field(m, node, GSM_INTEGER) &&
		    gsm_at(m, node)->field != gsm_at(m, to)->field && gsm_is_live(m, node) &&
		    gsm_anchor(m, node) == anchor)
			found = body_leaf(m, gsm_owner(m, node));
	}
	if (found == GSM_NONE || !copy_leaf(m, leaf, found))
		return false;
	/* Both ends of a range, so that it holds the value. */
	if (gsm_is_integer(m, leaf) && gsm_at(m, leaf)->field + 1 < m->table.header.field_count) {
		const struct gsm_record *record = &m->table.records[gsm_field_of(m, leaf)->record];
		uint32_t local = gsm_at(m, leaf)->field - record->field_first;

		if (local + 1 < record->field_count && gsm_is_plain(m, leaf + 1))
			copy_leaf(m, leaf + 1, leaf);
	}
	return true;
}

static bool is_anchored(struct groundstop_mutator *m, uint32_t node)
{
	return gsm_is_field(m, node, GSM_INTEGER) && gsm_field_of(m, node)->domain != GSM_NONE &&
	       m->table.domains[gsm_field_of(m, node)->domain].kind == GSM_FITS;
}

bool gsm_op_copy(struct groundstop_mutator *m)
{
	uint32_t to, from;

	if (gsm_one_in(&m->random, 2)) {
		to = gsm_pick(m, is_anchored);
		if (to != GSM_NONE && gsm_echo(m, to))
			return true;
	}
	to = gsm_pick(m, gsm_one_in(&m->random, 2) ? gsm_is_octets_leaf : gsm_is_leaf);
	if (to == GSM_NONE)
		return false;
	from = gsm_pick(m, gsm_is_integer(m, to) ? gsm_is_leaf : gsm_is_octets_leaf);
	return from != GSM_NONE && copy_leaf(m, to, from);
}
