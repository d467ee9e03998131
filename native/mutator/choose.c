/* SPDX-License-Identifier: Apache-2.0 */
/* choose.c - which values an integer may have, and one of them. */
#include "tree.h"

static bool bound(struct groundstop_mutator *m, uint32_t integer, uint32_t path, uint64_t *value)
{
	uint32_t node;

	if (path == GSM_NONE)
		return false;
	node = gsm_resolve(m, gsm_owner(m, integer), path);
	if (node == GSM_NONE || !gsm_is_integer(m, node))
		return false;
	*value = gsm_field_of(m, node)->role == GSM_COUNT
	                 ? gsm_at(m, gsm_at(m, gsm_owner(m, node))->first +
	                                     gsm_field_of(m, node)->ref)
	                           ->value
	                 : gsm_at(m, node)->value;
	return true;
}

/* The domain as far as it binds now, or NULL. */
static const struct gsm_domain *binding(struct groundstop_mutator *m, uint32_t integer)
{
	const struct gsm_field *field = gsm_field_of(m, integer);

	if (field->domain == GSM_NONE || (!(field->flags & GSM_HARD) && !m->strict))
		return NULL;
	return gsm_domain_of(m, integer);
}

/* False when no value is in range. */
bool gsm_range(struct groundstop_mutator *m, uint32_t integer, struct gsm_range *range)
{
	const struct gsm_field *field = gsm_field_of(m, integer);
	const struct gsm_domain *domain;
	uint64_t value;
	uint32_t array;

	*range = (struct gsm_range){field->low, field->high};
	if (gsm_is_element(m, integer))
		return true;
	if (bound(m, integer, field->path_least, &value) && value > range->low)
		range->low = value;
	if (bound(m, integer, field->path_most, &value) && value < range->high)
		range->high = value;
	if (bound(m, integer, field->path_below, &value)) {
		if (value == 0)
			return false;
		if (value - 1 < range->high)
			range->high = value - 1;
	}
	domain = binding(m, integer);
	if (domain && domain->kind == GSM_BETWEEN) {
		if (domain->low > range->low)
			range->low = domain->low;
		if (domain->high < range->high)
			range->high = domain->high;
	} else if (domain && domain->kind == GSM_INDEX) {
		array = gsm_resolve(m, gsm_owner(m, integer), domain->path);
		if (gsm_is_array(m, array)) {
			value = gsm_at(m, array)->value;
			if (value == 0)
				return false;
			if (value - 1 < range->high)
				range->high = value - 1;
		}
	}
	return range->low <= range->high;
}

static bool agrees(struct groundstop_mutator *m, uint32_t integer, const struct gsm_domain *domain,
                   uint64_t value)
{
	uint32_t owner = gsm_owner(m, integer);
	uint32_t target = gsm_resolve(m, owner, domain->path);
	const struct gsm_domain_case *cases;
	uint64_t other;

	if (target == GSM_NONE)
		return true;
	if (domain->kind == GSM_KEY)
		return gsm_deref(m, integer, value) != GSM_NONE;
	if (!bound(m, integer, domain->path, &other))
		return true;
	if (domain->kind == GSM_SAME)
		return value == other;
	cases = &m->table.domain_cases[domain->cases_first];
	for (uint32_t i = 0; i < domain->cases_count; i++)
		if (cases[i].value == value)
			return cases[i].need == other;
	return true;
}

/* Whether an integer may have a value, but for its order among the array's elements. */
bool gsm_allowed(struct groundstop_mutator *m, uint32_t integer, uint64_t value)
{
	const struct gsm_field *field = gsm_field_of(m, integer);
	const struct gsm_domain *domain;
	struct gsm_range range;

	if (value < field->low || value > field->high || !gsm_is_member(m, field, value))
		return false;
	if (field->domain == GSM_NONE && field->path_least == GSM_NONE &&
	    field->path_most == GSM_NONE && field->path_below == GSM_NONE)
		return true;
	domain = binding(m, integer);
	if (!gsm_range(m, integer, &range) || value < range.low || value > range.high)
		return false;
	if (domain && domain->kind >= GSM_KEY && domain->kind <= GSM_FITS)
		return agrees(m, integer, domain, value);
	return true;
}

/* The ends of a range, the last most of all, are where mistakes are. */
uint64_t gsm_from_range(struct groundstop_mutator *m, struct gsm_range range)
{
	uint64_t span = range.high - range.low;

	switch (gsm_below(&m->random, 8)) {
	case 0:
	case 1:
		return range.high;
	case 2:
		return range.low;
	case 3:
		return range.low + (span ? 1 : 0);
	default:
		if (span > 255 && gsm_one_in(&m->random, 2)) {
			uint32_t bits = 1 + gsm_below(&m->random, 63);

			span &= (UINT64_C(1) << bits) - 1;
		}
		return gsm_between(&m->random, range.low, range.low + span);
	}
}

static bool choose_member(struct groundstop_mutator *m, uint32_t integer, uint64_t *value)
{
	const struct gsm_field *field = gsm_field_of(m, integer);
	const uint64_t *members = &m->table.values[field->values_first];
	uint32_t found = 0;

	if (field->role == GSM_FLAGS) {
		*value = gsm_next(&m->random) & members[0];
		if (!gsm_allowed(m, integer, *value))
			*value = 0;
		return gsm_allowed(m, integer, *value);
	}
	for (uint32_t i = 0; i < field->values_count; i++)
		if (gsm_allowed(m, integer, members[i]) && gsm_one_in(&m->random, ++found))
			*value = members[i];
	return found > 0;
}

/* One of the values that an integer may have; false when there is none. */
bool gsm_choose(struct groundstop_mutator *m, uint32_t integer, uint64_t *value)
{
	const struct gsm_field *field = gsm_field_of(m, integer);
	const struct gsm_domain *domain = binding(m, integer);
	struct gsm_range range;
	uint32_t array, element;

	if (field->role == GSM_ENUM || field->role == GSM_FLAGS)
		return choose_member(m, integer, value);
	if (!gsm_range(m, integer, &range))
		return false;
	*value = gsm_from_range(m, range);
	if (!domain)
		return true;
	if (domain->kind == GSM_KEY) {
		array = gsm_resolve(m, gsm_owner(m, integer), domain->path);
		if (!gsm_is_array(m, array))
			return true;
		element = gsm_element(m, array,
		                      gsm_below(&m->random, (uint32_t)gsm_at(m, array)->value));
		element = element == GSM_NONE ? GSM_NONE
		                              : gsm_key_node(m, element, domain->key_field);
		if (element == GSM_NONE)
			return false;
		*value = gsm_at(m, element)->value;
		return gsm_allowed(m, integer, *value);
	}
	if (domain->kind == GSM_SAME) {
		bound(m, integer, domain->path, value);
		return gsm_allowed(m, integer, *value);
	}
	return true;
}
