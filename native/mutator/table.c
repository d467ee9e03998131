/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - opens a format table. */
#include <string.h>

#include "table.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "format tables are read in place: little-endian machines only"
#endif

_Static_assert(sizeof(struct gsm_header) == 48, "as table.py writes it");
_Static_assert(sizeof(struct gsm_record) == 16, "as table.py writes it");
_Static_assert(sizeof(struct gsm_field) == 112, "as table.py writes it");
_Static_assert(sizeof(struct gsm_case) == 16, "as table.py writes it");
_Static_assert(sizeof(struct gsm_domain) == 40, "as table.py writes it");
_Static_assert(sizeof(struct gsm_domain_case) == 24, "as table.py writes it");
_Static_assert(sizeof(struct gsm_path) == 8, "as table.py writes it");
_Static_assert(sizeof(struct gsm_hop) == 8, "as table.py writes it");

struct section {
	const uint8_t *data;
	size_t left;
	bool ok;
};

static const void *take(struct section *section, uint32_t count, size_t size)
{
	const uint8_t *start = section->data;
	size_t bytes = (count * size + 7) & ~(size_t)7;

	if (count > GSM_MAX_ENTRIES || bytes > section->left) {
		section->ok = false;
		return NULL;
	}
	section->data += bytes;
	section->left -= bytes;
	return start;
}

const char *gsm_table_open(struct gsm_table *table, const uint8_t *data, size_t size)
{
	struct gsm_header *h = &table->header;
	struct section rest;

	if (size < sizeof(*h))
		return "the format table is cut off";
	memcpy(h, data, sizeof(*h));
	if (h->magic != GSM_TABLE_MAGIC)
		return "this is no format table";
	if (h->version != GSM_TABLE_VERSION)
		return "the format table has another version than this mutator";
	if (h->size != size)
		return "the format table is cut off";
	rest = (struct section){data + sizeof(*h), size - sizeof(*h), true};
	table->records = take(&rest, h->record_count, sizeof(*table->records));
	table->fields = take(&rest, h->field_count, sizeof(*table->fields));
	table->cases = take(&rest, h->case_count, sizeof(*table->cases));
	table->domains = take(&rest, h->domain_count, sizeof(*table->domains));
	table->domain_cases = take(&rest, h->domain_case_count, sizeof(*table->domain_cases));
	table->paths = take(&rest, h->path_count, sizeof(*table->paths));
	table->hops = take(&rest, h->hop_count, sizeof(*table->hops));
	table->values = take(&rest, h->value_count, sizeof(*table->values));
	table->octets = take(&rest, h->octet_count, 1);
	if (h->record_count > GSM_MAX_ENTRIES || h->field_count > GSM_MAX_ENTRIES)
		return "the format has more than 1048576 records or fields";
	if (!rest.ok || h->record_count == 0)
		return "the format table is cut off";
	return gsm_table_check(table);
}
