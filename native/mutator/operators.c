/* SPDX-License-Identifier: Apache-2.0 */
/* operators.c - the table of operators, and how they pick what to work on. */
#include "operators.h"

#define TRIES 64

static bool (*const operators[GROUNDSTOP_OP_COUNT])(struct groundstop_mutator *m) = {
	[GROUNDSTOP_OP_BOUNDARY] = gsm_op_boundary,
	[GROUNDSTOP_OP_INSERT] = gsm_op_insert,
	[GROUNDSTOP_OP_REMOVE] = gsm_op_remove,
	[GROUNDSTOP_OP_DUPLICATE] = gsm_op_duplicate,
	[GROUNDSTOP_OP_SWAP] = gsm_op_swap,
	[GROUNDSTOP_OP_MOVE] = gsm_op_move,
	[GROUNDSTOP_OP_SPLICE] = gsm_op_splice,
	[GROUNDSTOP_OP_RETAG] = gsm_op_retag,
	[GROUNDSTOP_OP_TRUNCATE] = gsm_op_truncate,
	[GROUNDSTOP_OP_ZERO] = gsm_op_zero,
	[GROUNDSTOP_OP_LEAF] = gsm_op_leaf,
	[GROUNDSTOP_OP_TWEAK] = gsm_op_tweak,
	[GROUNDSTOP_OP_ENUM] = gsm_op_enum,
	[GROUNDSTOP_OP_AGREE] = gsm_op_agree,
	[GROUNDSTOP_OP_DISAGREE] = gsm_op_disagree,
	[GROUNDSTOP_OP_COPY] = gsm_op_copy,
	[GROUNDSTOP_OP_BYTES] = NULL, /* works on no tree: mutator.c */
	[GROUNDSTOP_OP_BREAK] = gsm_op_break,
};

static const char *const names[GROUNDSTOP_OP_COUNT] = {
	[GROUNDSTOP_OP_BOUNDARY] = "boundary",   [GROUNDSTOP_OP_INSERT] = "insert",
	[GROUNDSTOP_OP_REMOVE] = "remove",       [GROUNDSTOP_OP_DUPLICATE] = "duplicate",
	[GROUNDSTOP_OP_SWAP] = "swap",           [GROUNDSTOP_OP_MOVE] = "move",
	[GROUNDSTOP_OP_SPLICE] = "splice",       [GROUNDSTOP_OP_RETAG] = "retag",
	[GROUNDSTOP_OP_TRUNCATE] = "truncate",   [GROUNDSTOP_OP_ZERO] = "zero",
	[GROUNDSTOP_OP_LEAF] = "leaf",           [GROUNDSTOP_OP_TWEAK] = "tweak",
	[GROUNDSTOP_OP_ENUM] = "enum",           [GROUNDSTOP_OP_AGREE] = "agree",
	[GROUNDSTOP_OP_DISAGREE] = "disagree",   [GROUNDSTOP_OP_COPY] = "copy",
	[GROUNDSTOP_OP_BYTES] = "bytes",         [GROUNDSTOP_OP_BREAK] = "break",
};

const char *groundstop_mutator_operator_name(uint32_t op)
{
	return op < GROUNDSTOP_OP_COUNT ? names[op] : NULL;
}

bool gsm_operate(struct groundstop_mutator *m, enum groundstop_operator op)
{
	return operators[op] && operators[op](m);
}

static bool by_weight(struct groundstop_mutator *m, uint32_t node)
{
	uint32_t weight = gsm_at(m, node)->weight;

	return weight == GSM_FULL_WEIGHT || gsm_below(&m->random, GSM_FULL_WEIGHT) < weight;
}

/*
 * A node of the input that is wanted, by weight; GSM_NONE when there is none.  Half of
 * the picks choose a part first.
 */
uint32_t gsm_pick(struct groundstop_mutator *m,
                  bool (*wanted)(struct groundstop_mutator *m, uint32_t node))
{
	uint32_t start, rare = GSM_NONE;

	for (int i = 0; i < TRIES; i++) {
		uint32_t first = 0, end = m->end, node;

		if (m->part_count && gsm_one_in(&m->random, 2)) {
			const uint32_t *part = m->parts[gsm_below(&m->random, m->part_count)];

			first = part[0];
			end = part[1];
		}
		node = first + gsm_below(&m->random, end - first);
		if (by_weight(m, node) && gsm_is_attached(m, node) && wanted(m, node) &&
		    gsm_is_live(m, node))
			return node;
	}
	start = gsm_below(&m->random, m->end);
	for (uint32_t i = 0; i < m->end; i++) {
		uint32_t node = (start + i) % m->end;
		uint32_t weight = gsm_at(m, node)->weight;

		if (!gsm_spend(m))
			return GSM_NONE;
		/* Attached first: what is wanted may depend on the fields beside it. */
		if (weight == 0 || (weight != GSM_FULL_WEIGHT && rare != GSM_NONE) ||
		    !gsm_is_attached(m, node) || !wanted(m, node) || !gsm_is_live(m, node))
			continue;
		if (weight == GSM_FULL_WEIGHT)
			return node;
		rare = node;
	}
	return rare; /* rather what should be left alone than nothing */
}

/* Bytes or an integer that is somebody's own to choose. */
bool gsm_is_leaf(struct groundstop_mutator *m, uint32_t node)
{
	if (gsm_is_field(m, node, GSM_OCTETS))
		return gsm_field_of(m, node)->role != GSM_CONSTANT;
	return gsm_is_plain(m, node) && (gsm_is_element(m, node) ||
	                                 !(gsm_field_of(m, node)->flags & GSM_TAG));
}

bool gsm_is_octets_leaf(struct groundstop_mutator *m, uint32_t node)
{
	return gsm_is_leaf(m, node) && !gsm_is_integer(m, node);
}

/* GSM_NONE for an array without any, and when the budget is used up. */
uint32_t gsm_random_element(struct groundstop_mutator *m, uint32_t array)
{
	return gsm_element(m, array, gsm_below(&m->random, (uint32_t)gsm_at(m, array)->value));
}
