/* SPDX-License-Identifier: Apache-2.0 */
/* table_check.c - checks every number in a format table, so that nothing else has to. */
#include <stdlib.h>

#include "checksum.h"
#include "table.h"

static bool within(uint32_t first, uint32_t count, uint32_t limit)
{
	return first <= limit && count <= limit - first;
}

static bool below_or_none(uint32_t number, uint32_t limit)
{
	return number == GSM_NONE || number < limit;
}

/* Records nest only downwards in number, so recursion over them ends. */
static bool child_is_fine(const struct gsm_table *table, const struct gsm_field *field,
                          uint32_t child)
{
	return child > field->record && child < table->header.record_count;
}

static bool is_kind(const struct gsm_table *table, const struct gsm_record *record, uint32_t local,
                    uint32_t kind)
{
	return local < record->field_count &&
	       table->fields[record->field_first + local].kind == kind;
}

static bool cases_are_fine(const struct gsm_table *table, const struct gsm_field *field)
{
	const struct gsm_header *h = &table->header;

	if (!within(field->cases_first, field->cases_count, h->case_count))
		return false;
	for (uint32_t i = 0; i < field->cases_count; i++) {
		const struct gsm_case *c = &table->cases[field->cases_first + i];

		if (field->kind == GSM_UNION) {
			if (c->record != GSM_NONE && !child_is_fine(table, field, c->record))
				return false;
		} else if (field->child == GSM_NONE ||
		           !is_kind(table, &table->records[field->child], c->record,
		                    GSM_INTEGER) ||
		           !within((uint32_t)(c->tag >> 32), (uint32_t)c->tag, h->value_count)) {
			return false;
		}
	}
	return field->kind != GSM_UNION || field->cases_count > 0;
}

static bool integer_is_fine(const struct gsm_table *table, const struct gsm_record *record,
                            const struct gsm_field *field)
{
	const struct gsm_domain *domain =
	        field->domain < table->header.domain_count ? &table->domains[field->domain] : NULL;
	bool names_field = field->role == GSM_COUNT || field->role == GSM_SIZE;

	if (field->width < 1 || field->width > 8 || field->role > GSM_CHECKSUM)
		return false;
	if ((field->role == GSM_FLAGS && field->values_count != 1) ||
	    (field->role == GSM_ENUM && field->values_count == 0))
		return false;
	if (field->role == GSM_CHECKSUM && field->algorithm != GSM_CRC32 &&
	    field->algorithm != GSM_ADLER32)
		return false;
	if (domain && domain->kind == GSM_DEPENDS &&
	    !is_kind(table, record, domain->key_field, GSM_INTEGER))
		return false;
	return names_field ? field->ref < record->field_count
	                   : below_or_none(field->ref, record->field_count);
}

static bool shape_is_fine(const struct gsm_table *table, const struct gsm_record *record,
                          const struct gsm_field *field)
{
	const struct gsm_header *h = &table->header;

	/* What a role says is asked of integers, and of elements that are some. */
	if (field->role != GSM_PLAIN && field->kind != GSM_INTEGER && field->kind != GSM_OCTETS)
		return false;
	switch (field->kind) {
	case GSM_INTEGER:
		return integer_is_fine(table, record, field);
	case GSM_OCTETS:
		return (field->ref == GSM_NONE || is_kind(table, record, field->ref, GSM_INTEGER)) &&
		       (field->role != GSM_CONSTANT ||
		        within(field->octets, field->fixed, h->octet_count));
	case GSM_ARRAY:
		if (field->ref != GSM_NONE && !is_kind(table, record, field->ref, GSM_INTEGER))
			return false;
		if (field->child == GSM_NONE)
			return field->width >= 1 && field->width <= 8 && field->ref2 == GSM_NONE &&
			       field->cases_count == 0;
		return child_is_fine(table, field, field->child) &&
		       table->records[field->child].min_size > 0 &&
		       (field->ref2 == GSM_NONE ||
		        is_kind(table, &table->records[field->child], field->ref2, GSM_INTEGER)) &&
		       cases_are_fine(table, field);
	case GSM_OFFSETS:
		return field->width >= 1 && field->width <= 8 &&
		       is_kind(table, record, field->ref, GSM_ARRAY) &&
		       table->fields[record->field_first + field->ref].ref != GSM_NONE;
	case GSM_RECORD:
		return child_is_fine(table, field, field->child);
	case GSM_PART:
		return child_is_fine(table, field, field->child) &&
		       (field->ref == GSM_NONE || is_kind(table, record, field->ref, GSM_INTEGER));
	case GSM_UNION:
		return is_kind(table, record, field->ref, GSM_INTEGER) &&
		       cases_are_fine(table, field);
	default:
		return false;
	}
}

static bool has_child(const struct gsm_field *field)
{
	return field->kind == GSM_ARRAY || field->kind == GSM_RECORD || field->kind == GSM_PART;
}

static bool fields_are_fine(const struct gsm_table *table)
{
	const struct gsm_header *h = &table->header;

	for (uint32_t i = 0; i < h->field_count; i++) {
		const struct gsm_field *field = &table->fields[i];

		if (!within(field->values_first, field->values_count, h->value_count) ||
		    !below_or_none(field->path_least, h->path_count) ||
		    !below_or_none(field->path_most, h->path_count) ||
		    !below_or_none(field->path_below, h->path_count) ||
		    !below_or_none(field->domain, h->domain_count) ||
		    (field->child != GSM_NONE && !has_child(field)) ||
		    field->weight > GSM_FULL_WEIGHT || field->low > field->high ||
		    field->fixed > GSM_MAX_ENTRIES ||
		    !shape_is_fine(table, &table->records[field->record], field))
			return false;
	}
	return true;
}

static bool domains_are_fine(const struct gsm_table *table)
{
	const struct gsm_header *h = &table->header;

	for (uint32_t i = 0; i < h->domain_count; i++) {
		const struct gsm_domain *domain = &table->domains[i];

		if (domain->kind > GSM_DEPENDS || domain->low > domain->high ||
		    !below_or_none(domain->path, h->path_count) ||
		    !within(domain->cases_first, domain->cases_count, h->domain_case_count))
			return false;
		if (domain->kind >= GSM_INDEX && domain->kind <= GSM_FITS &&
		    domain->path == GSM_NONE)
			return false;
		for (uint32_t c = 0; c < domain->cases_count; c++) {
			uint32_t inner = table->domain_cases[domain->cases_first + c].domain;

			/* Domains in domains come before them, one level deep. */
			if (domain->kind == GSM_DEPENDS &&
			    (inner >= i || table->domains[inner].kind == GSM_DEPENDS))
				return false;
		}
	}
	for (uint32_t i = 0; i < h->path_count; i++)
		if (!within(table->paths[i].hop_first, table->paths[i].hop_count, h->hop_count))
			return false;
	return true;
}

/*
 * Whether no record is more than GSM_MAX_DEPTH deep in others; `depth` has a zero for each.
 * A child's number is higher than its parent's, so one pass in order is enough.
 */
static bool depth_is_fine(const struct gsm_table *table, uint8_t *depth)
{
	for (uint32_t r = 0; r < table->header.record_count; r++) {
		const struct gsm_record *record = &table->records[r];
		uint8_t inner = (uint8_t)(depth[r] + 1);

		if (inner > GSM_MAX_DEPTH)
			return false;
		for (uint32_t f = 0; f < record->field_count; f++) {
			const struct gsm_field *field = &table->fields[record->field_first + f];

			if (field->child != GSM_NONE && depth[field->child] < inner)
				depth[field->child] = inner;
			for (uint32_t c = 0; field->kind == GSM_UNION && c < field->cases_count; c++) {
				uint32_t child = table->cases[field->cases_first + c].record;

				if (child != GSM_NONE && depth[child] < inner)
					depth[child] = inner;
			}
		}
	}
	return true;
}

/* Fields lie in the order of the records that they are in, without gap or overlap. */
static bool records_are_fine(const struct gsm_table *table)
{
	const struct gsm_header *h = &table->header;
	uint32_t next = 0;

	for (uint32_t r = 0; r < h->record_count; r++) {
		const struct gsm_record *record = &table->records[r];

		if (record->field_first != next ||
		    !within(next, record->field_count, h->field_count))
			return false;
		for (uint32_t f = 0; f < record->field_count; f++)
			if (table->fields[next + f].record != r)
				return false;
		next += record->field_count;
	}
	return next == h->field_count;
}

/* NULL, or what is wrong. */
const char *gsm_table_check(const struct gsm_table *table)
{
	const char *wrong = NULL;
	uint8_t *depth;

	if (!records_are_fine(table) || !fields_are_fine(table) || !domains_are_fine(table))
		return "the format table contradicts itself";
	depth = calloc(table->header.record_count, 1);
	if (!depth)
		return "no memory for the mutator";
	if (!depth_is_fine(table, depth))
		wrong = "the format's records are nested more than 32 deep";
	free(depth);
	return wrong;
}
