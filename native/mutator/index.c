/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.c - elements by their position and by a key, without a walk for each.
 *
 * An array's two indexes are made when they are first asked for, and forgotten when its
 * elements or their values change; nodes.h does that.  They lie in one block of numbers, of
 * which all are forgotten when it is full.
 */
#include "tree.h"

#define FEW 16u /* elements that are sooner walked through */

/* The start of so many numbers in m->slots, plus one; 0 when there is no room. */
static uint32_t slots_take(struct groundstop_mutator *m, size_t count)
{
	if (count > m->slot_capacity)
		return 0;
	if (count > m->slot_capacity - m->slot_used) {
		for (uint32_t node = 0; node < m->node_count; node++)
			gsm_forget(m, node);
		m->work += m->node_count;
		m->slot_used = 0;
	}
	m->slot_used += (uint32_t)count;
	return m->slot_used - (uint32_t)count + 1;
}

static bool index_positions(struct groundstop_mutator *m, uint32_t array)
{
	uint32_t count = (uint32_t)gsm_at(m, array)->value;
	uint32_t element = gsm_at(m, array)->first;
	uint32_t start;

	if (gsm_at(m, array)->positions)
		return true;
	start = slots_take(m, count);
	if (!start)
		return false;
	for (uint32_t i = 0; i < count; i++, element = gsm_at(m, element)->next) {
		m->slots[start - 1 + i] = element;
		gsm_at(m, element)->positions = i;
	}
	m->work += count;
	gsm_at(m, array)->positions = start;
	return true;
}

/* GSM_NONE behind the last element, and when the budget is used up. */
uint32_t gsm_element(struct groundstop_mutator *m, uint32_t array, uint64_t index)
{
	const struct gsm_node *a = gsm_at(m, array);
	uint32_t element = a->first;

	if (index >= a->value)
		return GSM_NONE;
	if (index > FEW && index_positions(m, array))
		return m->slots[a->positions - 1 + index];
	for (; index; index--) {
		if (!gsm_spend(m))
			return GSM_NONE;
		element = gsm_at(m, element)->next;
	}
	return element;
}

/* The position of an element of an array; GSM_NONE when the budget is used up. */
uint32_t gsm_element_index(struct groundstop_mutator *m, uint32_t element)
{
	uint32_t array = gsm_at(m, element)->parent;
	uint32_t index = 0;

	if (gsm_at(m, element)->flags & GSM_DEAD)
		return GSM_NONE;
	if (gsm_at(m, array)->value > FEW && index_positions(m, array))
		return gsm_at(m, element)->positions;
	while ((element = gsm_at(m, element)->prev) != GSM_NONE) {
		if (!gsm_spend(m))
			return GSM_NONE;
		index++;
	}
	return index;
}

static bool has_key(struct groundstop_mutator *m, uint32_t element, uint32_t key, uint64_t *value)
{
	uint32_t node = gsm_key_node(m, element, key);

	if (node != GSM_NONE)
		*value = gsm_at(m, node)->value;
	return node != GSM_NONE;
}

static uint32_t walk_to_key(struct groundstop_mutator *m, uint32_t array, uint32_t key,
                            uint64_t value)
{
	uint32_t element = gsm_at(m, array)->first;
	uint64_t found;

	for (; element != GSM_NONE; element = gsm_at(m, element)->next) {
		if (!gsm_spend(m))
			return GSM_NONE;
		if (has_key(m, element, key, &found) && found == value)
			break;
	}
	return element;
}

/* At keys - 1: the field, a mask, and mask + 1 elements by the hash of their keys. */
enum { KEYS_FIELD = 0, KEYS_MASK = 1, KEYS_TABLE = 2 };

static uint32_t *key_slot(struct groundstop_mutator *m, uint32_t *keys, uint64_t value)
{
	uint32_t mask = keys[KEYS_MASK];
	uint32_t at = (uint32_t)((value * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & mask;
	uint64_t other;

	/* At most half of the table is taken. */
	for (;; at = (at + 1) & mask) {
		uint32_t *slot = &keys[KEYS_TABLE + at];

		m->work++;
		if (*slot == GSM_NONE || !has_key(m, *slot, keys[KEYS_FIELD], &other) ||
		    other == value)
			return slot;
	}
}

static bool index_keys(struct groundstop_mutator *m, uint32_t array, uint32_t key)
{
	uint64_t count = gsm_at(m, array)->value, value;
	uint32_t start = gsm_at(m, array)->keys, mask = 1, *keys;

	if (start && m->slots[start - 1 + KEYS_FIELD] == key)
		return true;
	while (mask < 2 * count)
		mask = 2 * mask + 1;
	start = slots_take(m, KEYS_TABLE + (size_t)mask + 1);
	if (!start)
		return false;
	keys = &m->slots[start - 1];
	keys[KEYS_FIELD] = key;
	keys[KEYS_MASK] = mask;
	memset(keys + KEYS_TABLE, 0xff, ((size_t)mask + 1) * sizeof(*keys));
	m->work += mask;
	for (uint32_t e = gsm_at(m, array)->first; e != GSM_NONE; e = gsm_at(m, e)->next) {
		uint32_t *slot;

		if (!has_key(m, e, key, &value))
			continue;
		slot = key_slot(m, keys, value);
		if (*slot == GSM_NONE) /* of several with a key the first one has it */
			*slot = e;
		if (!gsm_spend(m))
			return false;
	}
	gsm_at(m, array)->keys = start;
	return true;
}

/* The first element of an array whose integer field `key` has a value, or GSM_NONE. */
uint32_t gsm_element_with(struct groundstop_mutator *m, uint32_t array, uint32_t key,
                          uint64_t value)
{
	const struct gsm_field *field = gsm_field_of(m, array);
	const struct gsm_record *record;

	if (field->child == GSM_NONE)
		return GSM_NONE;
	record = &m->table.records[field->child];
	if (key >= record->field_count ||
	    m->table.fields[record->field_first + key].kind != GSM_INTEGER)
		return GSM_NONE;
	/* What is computed changes without a word: no index of that. */
	if (gsm_at(m, array)->value <= FEW ||
	    m->table.fields[record->field_first + key].role > GSM_FLAGS ||
	    !index_keys(m, array, key))
		return walk_to_key(m, array, key, value);
	return *key_slot(m, &m->slots[gsm_at(m, array)->keys - 1], value);
}
