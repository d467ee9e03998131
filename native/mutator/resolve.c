/* SPDX-License-Identifier: Apache-2.0 */
/* resolve.c - what paths and references in a tree lead to. */
#include "tree.h"

#define MAX_DEREFS 8 /* references through references; the table does not forbid circles */

static const struct gsm_domain anything = {.kind = GSM_ANYTHING, .path = GSM_NONE};
static const struct gsm_domain zero = {.kind = GSM_BETWEEN, .path = GSM_NONE};

static uint32_t resolve(struct groundstop_mutator *m, uint32_t record, uint32_t path, int derefs);

/* What is asked of an integer where it stands; never NULL. */
const struct gsm_domain *gsm_domain_of(struct groundstop_mutator *m, uint32_t integer)
{
	const struct gsm_field *field = gsm_field_of(m, integer);
	const struct gsm_domain *domain;
	const struct gsm_domain_case *cases;
	uint64_t value;

	if (field->domain == GSM_NONE || gsm_is_element(m, integer))
		return &anything;
	domain = &m->table.domains[field->domain];
	if (domain->kind != GSM_DEPENDS)
		return domain;
	value = gsm_at(m, gsm_at(m, gsm_owner(m, integer))->first + domain->key_field)->value;
	cases = &m->table.domain_cases[domain->cases_first];
	for (uint32_t i = 0; i < domain->cases_count; i++)
		if (cases[i].value == value)
			return &m->table.domains[cases[i].domain];
	return &zero;
}

static uint32_t find(struct groundstop_mutator *m, uint32_t integer, uint64_t value, int derefs)
{
	const struct gsm_domain *domain;
	uint32_t array;

	if (derefs >= MAX_DEREFS || !gsm_is_integer(m, integer) || gsm_is_element(m, integer))
		return GSM_NONE;
	domain = gsm_domain_of(m, integer);
	if (domain->kind != GSM_INDEX && domain->kind != GSM_KEY)
		return GSM_NONE;
	array = resolve(m, gsm_owner(m, integer), domain->path, derefs + 1);
	if (!gsm_is_array(m, array))
		return GSM_NONE;
	if (domain->kind == GSM_INDEX)
		return gsm_element(m, array, value);
	return gsm_element_with(m, array, domain->key_field, value);
}

/* As find, but most are asked for again before anything changes. */
static uint32_t deref(struct groundstop_mutator *m, uint32_t integer, uint64_t value, int derefs)
{
	struct gsm_deref_memo *memo = &m->derefs[integer % GSM_DEREFS];

	if (memo->integer != integer || memo->generation != m->generation || memo->value != value)
		*memo = (struct gsm_deref_memo){
			.value = value,
			.integer = integer,
			.element = find(m, integer, value, derefs),
			.generation = m->generation,
		};
	return memo->element;
}

static uint32_t up(struct groundstop_mutator *m, uint32_t node, uint32_t hops)
{
	while (hops-- && node != GSM_NONE)
		node = gsm_at(m, node)->parent;
	return node;
}

static uint32_t hop(struct groundstop_mutator *m, uint32_t start, uint32_t at,
                    const struct gsm_hop *h, int derefs)
{
	uint32_t record;

	switch (h->kind) {
	case GSM_HOP_UP:
		return up(m, at, h->arg);
	case GSM_HOP_FIELD:
		record = gsm_record_of(m, at);
		if (record == GSM_NONE || h->arg >= m->table.records[record].field_count)
			return GSM_NONE;
		return gsm_at(m, at)->first + h->arg;
	case GSM_HOP_DEREF:
		return deref(m, at, gsm_at(m, at)->value, derefs);
	case GSM_HOP_SAME:
		start = up(m, start, h->arg);
		if (!gsm_is_array(m, at) || start == GSM_NONE || !gsm_is_element(m, start))
			return GSM_NONE;
		return gsm_element(m, at, gsm_element_index(m, start));
	default:
		return GSM_NONE;
	}
}

static uint32_t resolve(struct groundstop_mutator *m, uint32_t record, uint32_t path, int derefs)
{
	const struct gsm_path *p = &m->table.paths[path];
	uint32_t at = record;

	for (uint32_t i = 0; i < p->hop_count && at != GSM_NONE; i++)
		at = hop(m, record, at, &m->table.hops[p->hop_first + i], derefs);
	return at;
}

/* From the node that holds a record along a path; GSM_NONE when it leads nowhere. */
uint32_t gsm_resolve(struct groundstop_mutator *m, uint32_t record, uint32_t path)
{
	return resolve(m, record, path, 0);
}

/* The element that a reference refers to where it has a value, or GSM_NONE. */
uint32_t gsm_deref(struct groundstop_mutator *m, uint32_t integer, uint64_t value)
{
	return deref(m, integer, value, 0);
}

/*
 * The record that an integer has to fit: two integers with the same anchor speak of the
 * same thing.  GSM_NONE for integers without one.
 */
uint32_t gsm_anchor(struct groundstop_mutator *m, uint32_t integer)
{
	const struct gsm_domain *domain;
	uint32_t target;

	if (!gsm_is_integer(m, integer) || gsm_is_element(m, integer))
		return GSM_NONE;
	domain = gsm_domain_of(m, integer);
	if (domain->kind != GSM_FITS)
		return GSM_NONE;
	target = gsm_resolve(m, gsm_owner(m, integer), domain->path);
	return target == GSM_NONE ? GSM_NONE : gsm_at(m, target)->parent;
}
