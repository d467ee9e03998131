/* SPDX-License-Identifier: Apache-2.0 */
/* mutate.c - one call: decode, operate, repair, encode; bytes where that is not possible. */
#include <string.h>

#include "operators.h"

#define ATTEMPTS 16          /* operators tried before plain bytes are mutated */
#define ROOM_ATTEMPTS 8      /* elements taken out to make room */

/* How often each operator is chosen; see README.md, "Operators". */
static const uint8_t weights[GROUNDSTOP_OP_COUNT] = {
	[GROUNDSTOP_OP_BOUNDARY] = 8,  [GROUNDSTOP_OP_INSERT] = 8,    [GROUNDSTOP_OP_REMOVE] = 5,
	[GROUNDSTOP_OP_DUPLICATE] = 5, [GROUNDSTOP_OP_SWAP] = 3,      [GROUNDSTOP_OP_MOVE] = 3,
	[GROUNDSTOP_OP_SPLICE] = 0,    [GROUNDSTOP_OP_RETAG] = 6,     [GROUNDSTOP_OP_TRUNCATE] = 2,
	[GROUNDSTOP_OP_ZERO] = 2,      [GROUNDSTOP_OP_LEAF] = 14,     [GROUNDSTOP_OP_TWEAK] = 8,
	[GROUNDSTOP_OP_ENUM] = 4,      [GROUNDSTOP_OP_AGREE] = 16,    [GROUNDSTOP_OP_DISAGREE] = 3,
	[GROUNDSTOP_OP_COPY] = 10,     [GROUNDSTOP_OP_BYTES] = 1,     [GROUNDSTOP_OP_BREAK] = 2,
};

static void record_operator(struct groundstop_mutator *m, enum groundstop_operator op)
{
	m->last = op;
	m->applied[op]++;
}

/* GSM_NONE when the input, or what it is crossed with, does not decode. */
uint32_t gsm_prepare(struct groundstop_mutator *m, const uint8_t *data, size_t size,
                     const uint8_t *other, size_t other_size)
{
	static const uint8_t nothing[1];
	uint32_t root;

	if (size == 0)
		data = nothing; /* not NULL, to which nothing may be added */
	if (other_size == 0)
		other = NULL;
	m->node_count = 0;
	m->part_count = 0;
	m->slot_used = 0;
	m->scratch_used = 0;
	m->other = GSM_NONE;
	gsm_changed(m);
	m->again = false;
	m->hands_off = false;
	m->filling = GSM_NONE;
	m->tear = GSM_TEAR_NONE;
	root = gsm_decode(m, data, size);
	if (root == GSM_NONE)
		return GSM_NONE;
	m->end = m->node_count;
	if (other) {
		m->other = m->end; /* not GSM_NONE: its parts are not to be picked from */
		m->other = gsm_decode(m, other, other_size);
		if (m->other == GSM_NONE)
			m->node_count = m->end;
	}
	return root;
}

void gsm_make_whole(struct groundstop_mutator *m, uint32_t root)
{
	gsm_changed(m); /* operators set values without a word */
	gsm_repair(m, root);
	if (m->again) {
		m->again = false;
		gsm_repair(m, root);
	}
	gsm_check(m, root);
}

static size_t encode_within(struct groundstop_mutator *m, uint32_t root, size_t max_size)
{
	size_t size = gsm_encode(m, root, max_size);

	for (int i = 0; i < ROOM_ATTEMPTS && size == 0; i++) {
		uint32_t array = gsm_pick(m, gsm_can_shrink);
		uint32_t element = array == GSM_NONE ? GSM_NONE : gsm_random_element(m, array);

		if (element == GSM_NONE)
			return 0;
		gsm_unlink(m, element);
		if (!m->hands_off)
			gsm_make_whole(m, root);
		size = gsm_encode(m, root, max_size);
	}
	return size;
}

/* The end of the bytes that a node was encoded to: where what follows it begins. */
static size_t end_of(struct groundstop_mutator *m, uint32_t node, size_t size)
{
	uint32_t parent = gsm_at(m, node)->parent;

	if (parent == GSM_NONE)
		return size;
	if (gsm_is_element(m, node))
		return gsm_at(m, node)->next == GSM_NONE ? end_of(m, parent, size)
		                                         : gsm_at(m, gsm_at(m, node)->next)->at;
	if (node + 1 < gsm_at(m, parent)->first +
	                       m->table.records[gsm_field_of(m, node)->record].field_count)
		return gsm_at(m, node + 1)->at;
	return end_of(m, parent, size);
}

static size_t tear(struct groundstop_mutator *m, size_t size)
{
	size_t at, end;

	if (m->tear == GSM_TEAR_NONE || !gsm_is_live(m, m->tear_node))
		return size; /* what was to be torn went when the rest was put right */
	/* Clean elements were copied whole: inside them no node has a place of its own. */
	for (uint32_t node = m->tear_node; node != GSM_NONE; node = gsm_at(m, node)->parent)
		if (gsm_at(m, node)->flags & GSM_CLEAN)
			m->tear_node = node;
	at = gsm_at(m, m->tear_node)->at;
	if (at >= size)
		return size;
	if (m->tear == GSM_TEAR_CUT)
		return at ? at : 1;
	end = m->tear_tail ? size : end_of(m, m->tear_node, size);
	if (end > at)
		memset(m->out + at, 0, end - at);
	return size;
}

static enum groundstop_operator choose(struct groundstop_mutator *m)
{
	uint32_t total = 0, at;

	for (uint32_t op = 0; op < GROUNDSTOP_OP_COUNT; op++)
		total += m->mask & 1u << op ? weights[op] : 0;
	at = gsm_below(&m->random, total);
	for (uint32_t op = 0; op < GROUNDSTOP_OP_COUNT; op++) {
		uint32_t weight = m->mask & 1u << op ? weights[op] : 0;

		if (at < weight)
			return (enum groundstop_operator)op;
		at -= weight;
	}
	return GROUNDSTOP_OP_BYTES;
}

static bool is_same(const struct groundstop_mutator *m, size_t changed, const uint8_t *data,
                    size_t size)
{
	return changed == size && memcmp(m->out, data, size) == 0;
}

/* What the engine makes of all bytes, in m->out; if it decodes, mostly put right again. */
static size_t mutate_bytes(struct groundstop_mutator *m, const uint8_t *data, size_t size,
                           size_t max_size)
{
	uint32_t root;
	size_t changed, encoded;

	record_operator(m, GROUNDSTOP_OP_BYTES);
	if (size > max_size)
		size = max_size;
	if (size)
		memmove(m->out, data, size);
	changed = m->bytes ? m->bytes(m->out, size, max_size)
	                   : gsm_mutate_bytes(m, m->out, size, max_size);
	if (changed == 0 || changed > max_size)
		changed = size ? size : 1;
	if (is_same(m, changed, data, size))
		m->out[gsm_below(&m->random, (uint32_t)size)] ^= 0x80;
	if (gsm_one_in(&m->random, 4) || changed > m->scratch_capacity || gsm_is_spent(m))
		return changed;
	/* m->out is written to next: what is decoded must lie elsewhere. */
	memcpy(m->scratch, m->out, changed);
	root = gsm_prepare(m, m->scratch, changed, NULL, 0);
	m->scratch_used = changed;
	m->fix = m->strict = true;
	m->thorough = false;
	if (root == GSM_NONE)
		return changed;
	gsm_make_whole(m, root);
	encoded = gsm_encode(m, root, max_size);
	if (encoded && !gsm_is_spent(m) && !is_same(m, encoded, data, size))
		return encoded;
	memcpy(m->out, m->scratch, changed);
	return changed;
}

/* The mutated input in m->out. */
size_t gsm_mutate(struct groundstop_mutator *m, const uint8_t *data, size_t size,
                     size_t max_size, const uint8_t *other, size_t other_size)
{
	uint32_t root = GSM_NONE, read = 0;
	bool splice = other && (m->mask & 1u << GROUNDSTOP_OP_SPLICE) && gsm_below(&m->random, 3);

	if (!splice)
		other = NULL; /* an operator that does not ask for it: spare the decoding */
	for (int i = 0; i < ATTEMPTS; i++) {
		enum groundstop_operator op;
		size_t changed;

		if (gsm_is_spent(m))
			break;
		/* An operator that gave up may have begun. */
		if (root == GSM_NONE || m->generation != read) {
			root = gsm_prepare(m, data, size, other, other_size);
			read = m->generation;
			if (root == GSM_NONE)
				break;
		}
		op = m->other != GSM_NONE && i < ATTEMPTS / 2 ? GROUNDSTOP_OP_SPLICE : choose(m);
		if (op == GROUNDSTOP_OP_BYTES)
			break;
		/* What breaks one field breaks no other. */
		m->fix = !gsm_may_break(m) || !gsm_one_in(&m->random, 128) ||
		         op == GROUNDSTOP_OP_BREAK;
		m->strict = !gsm_one_in(&m->random, 32);
		m->thorough = m->strict && gsm_one_in(&m->random, 8);
		if (!gsm_operate(m, op))
			continue;
		gsm_check(m, root);
		if (!m->hands_off)
			gsm_make_whole(m, root);
		changed = encode_within(m, root, max_size);
		changed = changed ? tear(m, changed) : 0;
		if (changed && !gsm_is_spent(m) && !is_same(m, changed, data, size)) {
			record_operator(m, op);
			return changed;
		}
		root = GSM_NONE; /* the tree is not what the input is any more */
	}
	/* BYTES stays the fallback for what does not decode, or is too much to work on. */
	if (root == GSM_NONE && !gsm_is_spent(m) && !(m->mask & 1u << GROUNDSTOP_OP_BYTES))
		root = gsm_prepare(m, data, size, NULL, 0);
	if (root == GSM_NONE || gsm_is_spent(m) || (m->mask & 1u << GROUNDSTOP_OP_BYTES))
		return mutate_bytes(m, data, size, max_size);
	/* No operator had anything to do, and plain bytes are not wanted. */
	if (size > max_size)
		size = max_size;
	memcpy(m->out, data, size);
	return size;
}
