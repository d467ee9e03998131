/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - nodes: taking, linking and copying them. */
#include "tree.h"

/* NULL when the scratch memory is used up. */
uint8_t *gsm_scratch_take(struct groundstop_mutator *m, size_t size)
{
	uint8_t *start = m->scratch + m->scratch_used;

	if (size > m->scratch_capacity - m->scratch_used)
		return NULL;
	m->scratch_used += size;
	return start;
}

/*
 * What a node's own parent still holds: an element that was not taken out, a field of the
 * record that the parent has now.  Fields of a record that it had before are in no tree.
 */
bool gsm_is_attached(const struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_node *n = &m->nodes[node];
	uint32_t record;

	if (n->parent == GSM_NONE)
		return true;
	if (n->flags & GSM_ELEMENT)
		return !(n->flags & GSM_DEAD);
	record = gsm_record_of(m, n->parent);
	return record != GSM_NONE &&
	       node - m->nodes[n->parent].first < m->table.records[record].field_count;
}

/* In the tree: attached, as is all that it is in. */
bool gsm_is_live(const struct groundstop_mutator *m, uint32_t node)
{
	for (; node != GSM_NONE; node = m->nodes[node].parent)
		if (!gsm_is_attached(m, node))
			return false;
	return true;
}

void gsm_unlink(struct groundstop_mutator *m, uint32_t element)
{
	struct gsm_node *n = gsm_at(m, element);
	struct gsm_node *array = gsm_at(m, n->parent);

	if (n->prev == GSM_NONE)
		array->first = n->next;
	else
		gsm_at(m, n->prev)->next = n->next;
	if (n->next == GSM_NONE)
		array->last = n->prev;
	else
		gsm_at(m, n->next)->prev = n->prev;
	n->next = n->prev = GSM_NONE;
	n->flags |= GSM_DEAD;
	array->value--;
	gsm_forget(m, n->parent);
	gsm_touch(m, n->parent);
}

/* `before` GSM_NONE: at the end. */
void gsm_link(struct groundstop_mutator *m, uint32_t array, uint32_t element, uint32_t before)
{
	struct gsm_node *n = gsm_at(m, element);
	struct gsm_node *a = gsm_at(m, array);

	n->next = before;
	n->prev = before == GSM_NONE ? a->last : gsm_at(m, before)->prev;
	if (n->prev == GSM_NONE)
		a->first = element;
	else
		gsm_at(m, n->prev)->next = element;
	if (before == GSM_NONE)
		a->last = element;
	else
		gsm_at(m, before)->prev = element;
	n->parent = array;
	n->flags &= (uint16_t)~GSM_DEAD;
	a->value++;
	gsm_forget(m, array);
	gsm_touch(m, array);
}

static bool copy_elements(struct groundstop_mutator *m, uint32_t to, uint32_t from)
{
	uint32_t element = gsm_at(m, from)->first;

	for (; element != GSM_NONE; element = gsm_at(m, element)->next) {
		uint32_t copy = gsm_nodes_take(m, 1);

		if (copy == GSM_NONE)
			return false;
		gsm_node_init(m, copy, gsm_at(m, to)->field, to);
		gsm_at(m, copy)->flags = GSM_ELEMENT;
		if (!gsm_clone_into(m, copy, element))
			return false;
		gsm_link(m, to, copy, GSM_NONE);
	}
	return true;
}

/*
 * Make `to`, which has its place in the tree already, hold what `from` holds; both are
 * of the same field.  False when the arena is used up: then `to` is not to be used.
 */
bool gsm_clone_into(struct groundstop_mutator *m, uint32_t to, uint32_t from)
{
	struct gsm_node *t = gsm_at(m, to);
	const struct gsm_node *f = gsm_at(m, from);
	uint32_t record;

	gsm_touch(m, to);
	t->value = f->value;
	t->bytes = f->bytes;
	t->size = f->size;
	t->flags = (uint16_t)((t->flags & GSM_ELEMENT) | (f->flags & (GSM_OPAQUE | GSM_CLEAN)));
	t->first = t->last = GSM_NONE;
	if (f->field != GSM_NONE && !(t->flags & GSM_ELEMENT) &&
	    gsm_field_of(m, from)->kind == GSM_ARRAY) {
		t->value = 0;
		gsm_forget(m, to);
		return copy_elements(m, to, from);
	}
	record = gsm_record_of(m, from);
	if (record == GSM_NONE)
		return true;
	if (!gsm_fields_init(m, to, &m->table.records[record]))
		return false;
	for (uint32_t i = 0; i < m->table.records[record].field_count; i++)
		if (!gsm_clone_into(m, gsm_at(m, to)->first + i, f->first + i))
			return false;
	return true;
}

/* A copy of an element of an array, in no array yet; GSM_NONE when there is no room. */
uint32_t gsm_clone(struct groundstop_mutator *m, uint32_t element)
{
	uint32_t copy = gsm_nodes_take(m, 1);

	if (copy == GSM_NONE)
		return GSM_NONE;
	gsm_node_init(m, copy, gsm_at(m, element)->field, gsm_at(m, element)->parent);
	gsm_at(m, copy)->flags = GSM_ELEMENT;
	return gsm_clone_into(m, copy, element) ? copy : GSM_NONE;
}
