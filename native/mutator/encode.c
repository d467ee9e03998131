/* SPDX-License-Identifier: Apache-2.0 */
/* encode.c - a tree to bytes, with everything derived put right but what is to stay broken. */
#include <string.h>

#include "tree.h"

struct output {
	uint8_t *data;
	size_t at, limit;
};

static bool encode_record(struct groundstop_mutator *m, uint32_t node, struct output *out);

static void store(uint8_t *p, const struct gsm_field *field, uint64_t value)
{
	if (field->flags & GSM_BIG)
		for (uint32_t i = field->width; i-- > 0; value >>= 8)
			p[i] = (uint8_t)value;
	else if (field->width == 1)
		p[0] = (uint8_t)value;
	else if (field->width == 2)
		memcpy(p, &value, 2); /* table.c refuses to compile where this is wrong */
	else if (field->width == 4)
		memcpy(p, &value, 4);
	else
		for (uint32_t i = 0; i < field->width; i++, value >>= 8)
			p[i] = (uint8_t)value;
}

static bool put_integer(struct output *out, const struct gsm_field *field, uint64_t value)
{
	if (field->width > out->limit - out->at)
		return false;
	store(out->data + out->at, field, value);
	out->at += field->width;
	return true;
}

static bool put_octets(struct output *out, const uint8_t *bytes, size_t size)
{
	if (size > out->limit - out->at)
		return false;
	if (size)
		memcpy(out->data + out->at, bytes, size);
	out->at += size;
	return true;
}

/* What is known before the rest of the record is written; the others are patched later. */
static uint64_t derive(struct groundstop_mutator *m, const struct gsm_field *field, uint32_t first)
{
	switch (field->role) {
	case GSM_CONSTANT:
		return field->constant;
	case GSM_COUNT:
		return gsm_at(m, first + field->ref)->value;
	case GSM_SIZE:
		return gsm_at(m, first + field->ref)->size;
	default:
		return 0;
	}
}

static bool stays(const struct groundstop_mutator *m, const struct gsm_node *n)
{
	return !m->fix || (n->flags & GSM_KEEP);
}

static bool encode_field(struct groundstop_mutator *m, uint32_t node,
                         const struct gsm_field *field, uint32_t first, struct output *out)
{
	struct gsm_node *n = gsm_at(m, node);
	uint32_t element;

	n->at = (uint32_t)out->at;
	switch (field->kind) {
	case GSM_INTEGER:
		if (field->role > GSM_FLAGS && !stays(m, n))
			n->value = derive(m, field, first);
		return put_integer(out, field, n->value);
	case GSM_OCTETS:
		if (field->role == GSM_CONSTANT && !stays(m, n))
			return put_octets(out, m->table.octets + field->octets, field->fixed);
		return put_octets(out, n->bytes, n->size);
	case GSM_OFFSETS:
		if (stays(m, n))
			return put_octets(out, n->bytes, n->size);
		for (uint64_t i = gsm_at(m, first + field->ref)->value; i-- > 0;)
			if (!put_integer(out, field, 0))
				return false;
		return true;
	case GSM_ARRAY:
		for (element = n->first; element != GSM_NONE; element = gsm_at(m, element)->next) {
			struct gsm_node *e = gsm_at(m, element);

			e->at = (uint32_t)out->at;
			if (e->flags & GSM_CLEAN) {
				if (!put_octets(out, e->bytes, e->size))
					return false;
				continue;
			}
			if (field->child == GSM_NONE
			            ? !put_integer(out, field, e->value)
			            : !encode_record(m, element, out))
				return false;
		}
		return true;
	default:
		if (n->flags & GSM_OPAQUE)
			return put_octets(out, n->bytes, n->size);
		return (field->kind == GSM_UNION && n->value == GSM_NONE) ||
		       encode_record(m, node, out);
	}
}

static void patch_offsets(struct groundstop_mutator *m, uint32_t node, uint32_t array,
                          uint32_t start, struct output *out)
{
	const struct gsm_field *field = gsm_field_of(m, node);
	size_t at = gsm_at(m, node)->at;
	uint32_t element = gsm_at(m, array)->first;

	for (; element != GSM_NONE; element = gsm_at(m, element)->next, at += field->width)
		store(out->data + at, field, gsm_at(m, element)->at - start);
}

/* Sizes and offsets first: checksums are of them, too. */
static void patch(struct groundstop_mutator *m, uint32_t node, const struct gsm_record *record,
                  struct output *out)
{
	uint32_t first = gsm_at(m, node)->first;
	uint32_t start = gsm_at(m, node)->at;

	for (uint32_t i = 0; i < record->field_count; i++) {
		const struct gsm_field *field = &m->table.fields[record->field_first + i];
		struct gsm_node *n = gsm_at(m, first + i);

		if (stays(m, n))
			continue;
		if (field->kind == GSM_OFFSETS) {
			patch_offsets(m, first + i, first + field->ref, start, out);
		} else if (field->kind == GSM_INTEGER && field->role == GSM_TOTAL) {
			n->value = out->at - start;
			store(out->data + n->at, field, n->value);
		} else if (field->kind == GSM_INTEGER && field->role == GSM_SIZE) {
			uint32_t target = first + field->ref;
			size_t end = field->ref + 1 < record->field_count
			                     ? gsm_at(m, target + 1)->at
			                     : out->at;

			n->value = end - gsm_at(m, target)->at;
			store(out->data + n->at, field, n->value);
		}
	}
	for (uint32_t i = 0; i < record->field_count; i++) {
		const struct gsm_field *field = &m->table.fields[record->field_first + i];
		struct gsm_node *n = gsm_at(m, first + i);
		uint32_t from;

		if (field->kind != GSM_INTEGER || field->role != GSM_CHECKSUM ||
		    stays(m, n))
			continue;
		from = field->ref == GSM_NONE ? start : gsm_at(m, first + field->ref)->at;
		n->value = gsm_checksum(&m->checksums, field->algorithm, out->data + from,
		                        n->at > from ? n->at - from : 0);
		store(out->data + n->at, field, n->value);
	}
}

static bool encode_record(struct groundstop_mutator *m, uint32_t node, struct output *out)
{
	uint32_t record = gsm_record_of(m, node);
	uint32_t first = gsm_at(m, node)->first;
	const struct gsm_record *r;

	if (record == GSM_NONE)
		return false; /* made when the arena was used up */
	r = &m->table.records[record];
	gsm_at(m, node)->at = (uint32_t)out->at;
	for (uint32_t i = 0; i < r->field_count; i++)
		if (!encode_field(m, first + i, &m->table.fields[r->field_first + i], first, out))
			return false;
	if (r->flags & GSM_PATCHED)
		patch(m, node, r, out);
	return true;
}

size_t gsm_encode(struct groundstop_mutator *m, uint32_t root, size_t limit)
{
	struct output out = {m->out, 0, limit < m->capacity ? limit : m->capacity};

	return encode_record(m, root, &out) ? out.at : 0;
}
