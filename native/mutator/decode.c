/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode.c - bytes to a tree.
 *
 * Only what decides where things are must be right: counts, sizes, tags.  Wrong
 * checksums, offsets, constants and references decode, and are healed by encoding.
 * A part that does not decode is kept as bytes; what is behind the last field is lost.
 */
#include "tree.h"

struct cursor {
	const uint8_t *data;
	size_t at, limit;
	bool sound; /* fields so far keep what can be asked of a field alone */
};

static bool decode_record(struct groundstop_mutator *m, uint32_t node, uint32_t record,
                          struct cursor *cursor);

static bool read_integer(struct cursor *cursor, const struct gsm_field *field, uint64_t *value)
{
	const uint8_t *p = cursor->data + cursor->at;
	uint64_t v = 0;

	if (field->width > cursor->limit - cursor->at)
		return false;
	cursor->at += field->width;
	if (field->flags & GSM_BIG)
		for (uint32_t i = 0; i < field->width; i++)
			v = v << 8 | p[i];
	else if (field->width == 1)
		v = p[0];
	else if (field->width == 2)
		memcpy(&v, p, 2); /* table.c refuses to compile where this is wrong */
	else if (field->width == 4)
		memcpy(&v, p, 4);
	else
		for (uint32_t i = field->width; i-- > 0;)
			v = v << 8 | p[i];
	*value = v;
	return true;
}

static bool is_sound(const struct groundstop_mutator *m, const struct gsm_field *field,
                     uint64_t value)
{
	if (value < field->low || value > field->high)
		return false;
	if (field->role == GSM_ENUM || field->role == GSM_FLAGS)
		return gsm_is_member(m, field, value);
	return (field->role != GSM_CONSTANT && field->role != GSM_RESERVED) ||
	       value == field->constant;
}

static bool read_octets(struct gsm_node *n, struct cursor *cursor, uint64_t size)
{
	if (size > cursor->limit - cursor->at)
		return false;
	n->bytes = cursor->data + cursor->at;
	n->size = (uint32_t)size;
	cursor->at += (size_t)size;
	return true;
}

/* What the count or size of a field says, with the fields of its record from `first`. */
static uint64_t measure(struct groundstop_mutator *m, const struct gsm_field *field, uint32_t first,
                        uint64_t otherwise)
{
	return field->ref == GSM_NONE ? otherwise : gsm_at(m, first + field->ref)->value;
}

static bool decode_element(struct groundstop_mutator *m, uint32_t array,
                           const struct gsm_field *field, struct cursor *cursor)
{
	uint32_t element = gsm_nodes_take(m, 1);
	size_t start = cursor->at;
	bool outer = cursor->sound;

	if (element == GSM_NONE)
		return false;
	gsm_node_init(m, element, gsm_at(m, array)->field, array);
	gsm_at(m, element)->flags = GSM_ELEMENT;
	gsm_append(m, array, element);
	if (field->child == GSM_NONE)
		return read_integer(cursor, field, &gsm_at(m, element)->value);
	cursor->sound = !(m->table.records[field->child].flags & GSM_COMPUTED);
	if (!decode_record(m, element, field->child, cursor))
		return false;
	if (cursor->sound) {
		gsm_at(m, element)->flags |= GSM_CLEAN;
		gsm_at(m, element)->bytes = cursor->data + start;
		gsm_at(m, element)->size = (uint32_t)(cursor->at - start);
	}
	cursor->sound &= outer;
	return true;
}

static bool decode_array(struct groundstop_mutator *m, uint32_t array,
                         const struct gsm_field *field, uint32_t first, struct cursor *cursor)
{
	bool to_end = field->ref == GSM_NONE && field->fixed == 0;
	uint64_t count = measure(m, field, first, field->fixed);

	if (!to_end && count > cursor->limit - cursor->at)
		return false; /* no element is empty */
	while (to_end ? cursor->at < cursor->limit : count-- > 0)
		if (!decode_element(m, array, field, cursor))
			return false;
	return true;
}

static bool decode_part(struct groundstop_mutator *m, uint32_t node,
                        const struct gsm_field *field, uint32_t first, struct cursor *cursor)
{
	size_t left = cursor->limit - cursor->at;
	uint64_t size = measure(m, field, first, left);
	uint32_t before = m->node_count;
	struct cursor inner;

	if (size > left)
		size = left; /* cut off: what is there of it */
	inner = (struct cursor){cursor->data, cursor->at, cursor->at + (size_t)size, false};
	if (decode_record(m, node, field->child, &inner)) {
		cursor->at = inner.limit;
		/* The root's parts are picked from one by one: a long one hides no short one. */
		if (field->record == 0 && m->other == GSM_NONE && m->part_count < GSM_MAX_PARTS) {
			m->parts[m->part_count][0] = before;
			m->parts[m->part_count++][1] = m->node_count;
		}
		return true;
	}
	m->node_count = before;
	gsm_at(m, node)->first = GSM_NONE;
	gsm_at(m, node)->flags |= GSM_OPAQUE;
	return read_octets(gsm_at(m, node), cursor, size);
}

static bool decode_field(struct groundstop_mutator *m, uint32_t node,
                         const struct gsm_field *field, uint32_t first, struct cursor *cursor)
{
	uint32_t record;

	switch (field->kind) {
	case GSM_INTEGER:
		if (!read_integer(cursor, field, &gsm_at(m, node)->value))
			return false;
		cursor->sound &= is_sound(m, field, gsm_at(m, node)->value);
		return true;
	case GSM_OCTETS: {
		bool rest = field->ref == GSM_NONE && field->fixed == 0;
		size_t left = cursor->limit - cursor->at;

		if (field->role == GSM_CONSTANT)
			cursor->sound = false; /* rare enough not to be compared */
		return read_octets(gsm_at(m, node), cursor,
		                   measure(m, field, first, rest ? left : field->fixed));
	}
	case GSM_ARRAY:
		gsm_at(m, node)->value = 0;
		return decode_array(m, node, field, first, cursor);
	case GSM_OFFSETS: {
		uint32_t array = m->table.records[field->record].field_first + field->ref;
		uint64_t count = measure(m, &m->table.fields[array], first, 0);

		if (count > cursor->limit - cursor->at)
			return false;
		return read_octets(gsm_at(m, node), cursor, count * field->width);
	}
	case GSM_RECORD:
		return decode_record(m, node, field->child, cursor);
	case GSM_PART:
		return decode_part(m, node, field, first, cursor);
	case GSM_UNION:
		if (gsm_case_of(m, node, &record) == GSM_NONE)
			return false;
		gsm_at(m, node)->value = record;
		return record == GSM_NONE || decode_record(m, node, record, cursor);
	default:
		return false;
	}
}

static bool decode_record(struct groundstop_mutator *m, uint32_t node, uint32_t record,
                          struct cursor *cursor)
{
	const struct gsm_record *r = &m->table.records[record];
	uint32_t first;

	if (r->min_size > cursor->limit - cursor->at)
		return false;
	if (!gsm_fields_init(m, node, r))
		return false;
	first = gsm_at(m, node)->first;
	for (uint32_t i = 0; i < r->field_count; i++)
		if (!decode_field(m, first + i, &m->table.fields[r->field_first + i], first,
		                  cursor))
			return false;
	return true;
}

uint32_t gsm_decode(struct groundstop_mutator *m, const uint8_t *data, size_t size)
{
	struct cursor cursor = {data, 0, size, false};
	uint32_t root = gsm_nodes_take(m, 1);

	if (root == GSM_NONE)
		return GSM_NONE;
	*gsm_at(m, root) = (struct gsm_node){
		.first = GSM_NONE,
		.last = GSM_NONE,
		.next = GSM_NONE,
		.prev = GSM_NONE,
		.parent = GSM_NONE,
		.field = GSM_NONE,
		.weight = GSM_FULL_WEIGHT,
	};
	return decode_record(m, root, 0, &cursor) ? root : GSM_NONE;
}
