/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair.c - makes a changed tree keep the format's rules again.
 *
 * Integers that refer to what is no longer there get another value, unions a body for
 * their tag, arrays their order and number; what cannot be put right is taken out.
 * Nodes that were broken on purpose stay as they are.
 */
#include "tree.h"

#define MAX_PASSES 4

/* Another value for the sibling on which an impossible domain depends. */
static bool change_condition(struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_domain *domain = &m->table.domains[gsm_field_of(m, node)->domain];
	uint32_t on = gsm_at(m, gsm_owner(m, node))->first + domain->key_field;
	const struct gsm_field *field = gsm_field_of(m, on);
	uint64_t kept = gsm_at(m, on)->value;
	uint32_t start = gsm_below(&m->random, field->values_count);

	if (field->role != GSM_ENUM || (gsm_at(m, on)->flags & GSM_KEEP))
		return false;
	for (uint32_t i = 0; i < field->values_count; i++) {
		uint64_t value = m->table.values[field->values_first +
		                                 (start + i) % field->values_count];
		uint64_t ignored;

		if (!gsm_allowed(m, on, value))
			continue;
		gsm_set(m, on, value);
		if (value != kept && gsm_choose(m, node, &ignored))
			return true;
	}
	gsm_set(m, on, kept);
	return false;
}

static bool repair_octets(struct groundstop_mutator *m, uint32_t node)
{
	struct gsm_range limits = gsm_size_limits(m, node);
	struct gsm_node *n = gsm_at(m, node);
	uint8_t *bytes;

	if (gsm_field_of(m, node)->role == GSM_CONSTANT)
		return true;
	if (n->size > limits.high)
		gsm_set_octets(m, node, n->bytes, (size_t)limits.high);
	if (n->size >= limits.low)
		return true;
	bytes = gsm_scratch_take(m, (size_t)limits.low);
	if (!bytes)
		return false;
	memset(bytes, 'A', (size_t)limits.low);
	if (n->size)
		memcpy(bytes, n->bytes, n->size);
	gsm_set_octets(m, node, bytes, (size_t)limits.low);
	return true;
}

/* The body goes with the tag; a tag whose body is impossible gives way to another. */
static bool repair_union(struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_field *field = gsm_field_of(m, node);
	uint32_t tag = gsm_at(m, gsm_owner(m, node))->first + field->ref;
	uint32_t start = gsm_below(&m->random, field->cases_count);
	uint32_t record;

	if (gsm_case_of(m, node, &record) != GSM_NONE) {
		if (gsm_at(m, node)->value != record && !gsm_fresh_body(m, node))
			record = GSM_NONE - 1;
		if (record == GSM_NONE ||
		    (gsm_at(m, node)->value == record && gsm_repair(m, node)))
			return true;
	}
	if (gsm_at(m, tag)->flags & GSM_KEEP)
		return true;
	for (uint32_t i = 0; i < field->cases_count; i++) {
		gsm_set(m, tag,
		        m->table.cases[field->cases_first + (start + i) % field->cases_count].tag);
		if (gsm_allowed(m, tag, gsm_at(m, tag)->value) && gsm_fresh_body(m, node) &&
		    (gsm_at(m, node)->first == GSM_NONE || gsm_repair(m, node)))
			return true;
	}
	return false;
}

static bool repair_last(struct groundstop_mutator *m, uint32_t array)
{
	const struct gsm_field *field = gsm_field_of(m, array);
	uint32_t last = gsm_at(m, array)->last;
	bool changed = false;

	if (last == GSM_NONE)
		return true;
	for (uint32_t i = 0; i < field->cases_count; i++) {
		const struct gsm_case *rule = &m->table.cases[field->cases_first + i];
		const uint64_t *values = &m->table.values[rule->tag >> 32];
		uint32_t count = (uint32_t)rule->tag;
		struct gsm_node *n = gsm_at(m, gsm_at(m, last)->first + rule->record);
		bool fine = count == 0 || (n->flags & GSM_KEEP);

		for (uint32_t v = 0; v < count; v++)
			fine |= values[v] == n->value;
		if (!fine) {
			gsm_set(m, gsm_at(m, last)->first + rule->record,
			        values[gsm_below(&m->random, count)]);
			changed = true;
		}
	}
	return !changed || gsm_repair(m, last);
}

static bool repair_array(struct groundstop_mutator *m, uint32_t array)
{
	const struct gsm_field *field = gsm_field_of(m, array);
	struct gsm_range limits = gsm_element_limits(m, array);
	uint32_t element, next;
	bool doomed = false;

	while (gsm_at(m, array)->value > limits.high) {
		gsm_unlink(m, gsm_at(m, array)->last);
		m->again = true;
	}
	for (element = gsm_at(m, array)->first; element != GSM_NONE && field->child != GSM_NONE;
	     element = gsm_at(m, element)->next)
		if (!gsm_repair(m, element)) {
			gsm_at(m, element)->flags |= GSM_DOOMED;
			doomed = true;
		}
	/* All at once: what refers into an array is looked up anew after each change of it. */
	for (element = gsm_at(m, array)->first; element != GSM_NONE && doomed; element = next) {
		next = gsm_at(m, element)->next;
		if (gsm_at(m, element)->flags & GSM_DOOMED) {
			gsm_unlink(m, element);
			m->again = true;
		}
	}
	if (field->ref2 != GSM_NONE)
		gsm_order(m, array);
	return gsm_fill(m, array, limits.low, true) && repair_last(m, array);
}

static bool repair_field(struct groundstop_mutator *m, uint32_t node,
                         const struct gsm_field *field, bool *again)
{
	struct gsm_node *n = gsm_at(m, node);
	uint64_t value;

	switch (field->kind) {
	case GSM_INTEGER:
		if ((n->flags & GSM_KEEP) ||
		    (field->domain != GSM_NONE && !(field->flags & GSM_HARD) && !m->usual) ||
		    gsm_allowed(m, node, n->value))
			return true;
		if (gsm_choose(m, node, &value)) {
			gsm_set(m, node, value);
			return true;
		}
		if (field->domain != GSM_NONE &&
		    m->table.domains[field->domain].kind == GSM_DEPENDS &&
		    change_condition(m, node)) {
			*again = true;
			return true;
		}
		return false;
	case GSM_OCTETS:
		return repair_octets(m, node);
	case GSM_ARRAY:
		return repair_array(m, node);
	case GSM_UNION:
		return repair_union(m, node);
	case GSM_RECORD:
	case GSM_PART:
		return (n->flags & GSM_OPAQUE) || gsm_repair(m, node);
	default:
		return true;
	}
}

/* Nothing was put in, taken out or moved around where an element is. */
static bool is_in_place(const struct groundstop_mutator *m, uint32_t element)
{
	uint32_t node = m->nodes[element].parent;

	while (node != GSM_NONE && !gsm_is_element(m, node))
		node = m->nodes[node].parent;
	return node == GSM_NONE || (m->nodes[node].flags & GSM_CLEAN);
}

bool gsm_repair(struct groundstop_mutator *m, uint32_t node)
{
	uint32_t record = gsm_record_of(m, node);
	const struct gsm_record *r;
	bool fine = true, again = true, usual = m->usual, changed;

	if (record == GSM_NONE)
		return false;
	if (!gsm_spend(m))
		return true; /* what is here stays as it is, and the call is given up */
	r = &m->table.records[record];
	if (!(r->flags & GSM_RULED))
		return true;
	changed = !(gsm_at(m, node)->flags & GSM_CLEAN) ||
	          ((r->flags & GSM_PLACED) && !is_in_place(m, node));
	if (!changed && (r->flags & GSM_LOCAL) && !m->thorough)
		return true;
	m->usual = m->strict && (changed || m->thorough);
	for (int pass = 0; again && pass < MAX_PASSES; pass++) {
		again = false;
		fine = true;
		for (uint32_t i = 0; i < r->field_count; i++) {
			const struct gsm_field *field = &m->table.fields[r->field_first + i];

			m->work++;
			if (field->kind != GSM_INTEGER || (field->flags & GSM_CHECK))
				fine &= repair_field(m, gsm_at(m, node)->first + i, field, &again);
		}
	}
	m->usual = usual;
	return fine && !again;
}
