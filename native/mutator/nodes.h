/* SPDX-License-Identifier: Apache-2.0 */
/* nodes.h - small things done to nodes all the time; part of tree.h. */
#ifndef GSM_NODES_H
#define GSM_NODES_H

#include <string.h>

#ifndef GSM_TREE_H
#error "include tree.h"
#endif

static inline struct gsm_node *gsm_at(struct groundstop_mutator *m, uint32_t node)
{
	return &m->nodes[node];
}

static inline const struct gsm_field *gsm_field_of(const struct groundstop_mutator *m,
                                                   uint32_t node)
{
	return &m->table.fields[m->nodes[node].field];
}

/*
 * A call takes a number of steps that is linear in the size of its inputs, whatever they
 * and the table hold: every loop over nodes spends from one budget.
 */
#define GSM_WORK_PER_BYTE 256u
#define GSM_WORK_LEAST (1u << 17)

static inline void gsm_work_begin(struct groundstop_mutator *m, size_t size)
{
	m->work = 0;
	m->work_limit = GSM_WORK_LEAST + (uint64_t)GSM_WORK_PER_BYTE * size;
}

/* One step; false: the budget is used up, and what the call began is given up. */
static inline bool gsm_spend(struct groundstop_mutator *m)
{
	return m->work++ < m->work_limit;
}

static inline bool gsm_is_spent(const struct groundstop_mutator *m)
{
	return m->work > m->work_limit;
}

/* GSM_NONE when the arena is used up. */
static inline uint32_t gsm_nodes_take(struct groundstop_mutator *m, uint32_t count)
{
	uint32_t first = m->node_count;

	if (count > m->node_capacity - first)
		return GSM_NONE;
	m->node_count += count;
	m->work += count;
	return first;
}

/* A field's weight below a node of some weight. */
static inline uint16_t gsm_weight(uint32_t above, uint32_t weight)
{
	return (uint16_t)((above * weight + GSM_FULL_WEIGHT - 1) / GSM_FULL_WEIGHT);
}

static inline void gsm_node_init(struct groundstop_mutator *m, uint32_t node, uint32_t field,
                                 uint32_t parent)
{
	struct gsm_node *n = gsm_at(m, node);

	*n = m->blank[field];
	n->parent = parent;
	if (gsm_at(m, parent)->weight != GSM_FULL_WEIGHT)
		n->weight = gsm_weight(gsm_at(m, parent)->weight, n->weight);
}

/* The field nodes of a record, in the node that holds it; false: the arena is used up. */
static inline bool gsm_fields_init(struct groundstop_mutator *m, uint32_t node,
                                   const struct gsm_record *record)
{
	uint32_t first = gsm_nodes_take(m, record->field_count);
	uint32_t weight = gsm_at(m, node)->weight;

	if (first == GSM_NONE)
		return false;
	memcpy(gsm_at(m, first), &m->blank[record->field_first],
	       record->field_count * sizeof(struct gsm_node));
	for (uint32_t i = 0; i < record->field_count; i++)
		gsm_at(m, first + i)->parent = node;
	for (uint32_t i = 0; weight != GSM_FULL_WEIGHT && i < record->field_count; i++)
		gsm_at(m, first + i)->weight = gsm_weight(weight, gsm_at(m, first + i)->weight);
	gsm_at(m, node)->first = first;
	return true;
}

/* References may lead elsewhere from now on. */
static inline void gsm_changed(struct groundstop_mutator *m)
{
	m->generation++;
}

/* An array's elements are others, or elsewhere, or have other keys: its indexes are wrong. */
static inline void gsm_forget(struct groundstop_mutator *m, uint32_t array)
{
	gsm_at(m, array)->positions = 0;
	gsm_at(m, array)->keys = 0;
}

/* A node, and so all that it is in, is no longer what was read. */
static inline void gsm_touch(struct groundstop_mutator *m, uint32_t node)
{
	for (; node != GSM_NONE; node = gsm_at(m, node)->parent)
		gsm_at(m, node)->flags &= (uint16_t)~GSM_CLEAN;
	gsm_changed(m);
}

static inline void gsm_set(struct groundstop_mutator *m, uint32_t integer, uint64_t value)
{
	struct gsm_node *owner = gsm_at(m, gsm_at(m, integer)->parent);
	struct gsm_node *array = (owner->flags & GSM_ELEMENT) ? gsm_at(m, owner->parent) : NULL;

	gsm_at(m, integer)->value = value;
	gsm_touch(m, integer);
	/* An index by keys begins with the number of their field. */
	if (array && array->keys && m->slots[array->keys - 1] == integer - owner->first)
		array->keys = 0;
}

static inline void gsm_set_octets(struct groundstop_mutator *m, uint32_t octets,
                                  const uint8_t *bytes, size_t size)
{
	gsm_at(m, octets)->bytes = bytes;
	gsm_at(m, octets)->size = (uint32_t)size;
	gsm_touch(m, octets);
}

/* A value that breaks a rule on purpose. */
static inline void gsm_keep(struct groundstop_mutator *m, uint32_t integer, uint64_t value)
{
	gsm_at(m, integer)->flags |= GSM_KEEP;
	gsm_set(m, integer, value);
}

/* An element at the end of an array that nothing refers to yet. */
static inline void gsm_append(struct groundstop_mutator *m, uint32_t array, uint32_t element)
{
	struct gsm_node *a = gsm_at(m, array);

	gsm_at(m, element)->prev = a->last;
	if (a->last == GSM_NONE)
		a->first = element;
	else
		gsm_at(m, a->last)->next = element;
	a->last = element;
	a->value++;
}

/* Of a node in a record: the node that holds the record. */
static inline uint32_t gsm_owner(const struct groundstop_mutator *m, uint32_t node)
{
	return m->nodes[node].parent;
}

static inline bool gsm_is_element(const struct groundstop_mutator *m, uint32_t node)
{
	return m->nodes[node].flags & GSM_ELEMENT;
}

/* A node of an integer field (or of an array of integers). */
static inline bool gsm_is_integer(const struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_field *field;

	if (m->nodes[node].field == GSM_NONE)
		return false;
	field = gsm_field_of(m, node);
	if (gsm_is_element(m, node))
		return field->child == GSM_NONE;
	return field->kind == GSM_INTEGER;
}

/* A field of a kind; no element, whatever its array's field is. */
static inline bool gsm_is_field(const struct groundstop_mutator *m, uint32_t node, uint32_t kind)
{
	return m->nodes[node].field != GSM_NONE && !gsm_is_element(m, node) &&
	       gsm_field_of(m, node)->kind == kind;
}

static inline bool gsm_is_array(const struct groundstop_mutator *m, uint32_t node)
{
	return node != GSM_NONE && gsm_is_field(m, node, GSM_ARRAY);
}

static inline bool gsm_is_member(const struct groundstop_mutator *m,
                                 const struct gsm_field *field, uint64_t value)
{
	const uint64_t *members = &m->table.values[field->values_first];

	if (field->role == GSM_FLAGS)
		return (value & ~members[0]) == 0;
	if (field->role != GSM_ENUM)
		return true;
	if (field->member_mask)
		return value < 64 && (field->member_mask >> value & 1);
	for (uint32_t i = 0; i < field->values_count; i++)
		if (members[i] == value)
			return true;
	return false;
}

/* An integer that says something of its own: no count, size, offset, checksum, constant. */
static inline bool gsm_is_plain(const struct groundstop_mutator *m, uint32_t node)
{
	return gsm_is_integer(m, node) &&
	       (gsm_is_element(m, node) || gsm_field_of(m, node)->role <= GSM_FLAGS);
}

/* The record that a node holds, or GSM_NONE; then the node's `first` is its fields'. */
static inline uint32_t gsm_record_of(const struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_node *n = &m->nodes[node];
	const struct gsm_field *field;

	if (n->first == GSM_NONE)
		return GSM_NONE;
	if (n->field == GSM_NONE)
		return 0;
	field = &m->table.fields[n->field];
	if ((n->flags & GSM_ELEMENT) || field->kind == GSM_PART || field->kind == GSM_RECORD)
		return field->child;
	return field->kind == GSM_UNION ? (uint32_t)n->value : GSM_NONE;
}

/* The integer field `key` of an element, or GSM_NONE when it has no such field. */
static inline uint32_t gsm_key_node(const struct groundstop_mutator *m, uint32_t element,
                                    uint32_t key)
{
	uint32_t record = gsm_record_of(m, element);

	if (record == GSM_NONE || key >= m->table.records[record].field_count)
		return GSM_NONE;
	key += m->nodes[element].first;
	return gsm_is_integer(m, key) ? key : GSM_NONE;
}

/* Other operators leave a file damaged only where these two may. */
static inline bool gsm_may_break(const struct groundstop_mutator *m)
{
	return m->mask & 1u << GROUNDSTOP_OP_BREAK;
}

static inline bool gsm_may_disagree(const struct groundstop_mutator *m)
{
	return m->mask & 1u << GROUNDSTOP_OP_DISAGREE;
}

static inline uint64_t gsm_maximum(uint32_t width)
{
	return width >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * width)) - 1;
}

#endif /* GSM_NODES_H */
