/* SPDX-License-Identifier: Apache-2.0 */
/* limits.c - how many elements and bytes there may be. */
#include "tree.h"

/* How many elements an array may have. */
struct gsm_range gsm_element_limits(struct groundstop_mutator *m, uint32_t array)
{
	const struct gsm_field *field = gsm_field_of(m, array);
	struct gsm_range limits = {field->fixed, field->fixed};

	if (field->ref == GSM_NONE)
		return field->fixed ? limits : (struct gsm_range){0, UINT32_MAX};
	if (!gsm_range(m, gsm_at(m, gsm_owner(m, array))->first + field->ref, &limits))
		limits.high = limits.low;
	return limits;
}

/* How many bytes a leaf may have. */
struct gsm_range gsm_size_limits(const struct groundstop_mutator *m, uint32_t octets)
{
	const struct gsm_field *field = gsm_field_of(m, octets);
	const struct gsm_field *size;

	if (field->ref == GSM_NONE)
		return field->fixed ? (struct gsm_range){field->fixed, field->fixed}
		                    : (struct gsm_range){0, UINT32_MAX};
	size = &m->table.fields[m->table.records[field->record].field_first + field->ref];
	return (struct gsm_range){size->low, size->high};
}
