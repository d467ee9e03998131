/* SPDX-License-Identifier: Apache-2.0 */
/* Template files: checked against the format, and against what this release supplies. */
#include "internal.h"

#define COUNT_OFFSET 6u         /* of type_count in the header */

/* What the release supplies at this place, or NULL where it has nothing to say. */
static const struct ci_supplied_input *supplied_input(const struct ci_supplied_type *supplied,
                                                      uint32_t index)
{
	if (!supplied || index >= supplied->input_count)
		return NULL;
	return &supplied->inputs[index];
}

static enum ci_status take_name(struct ci_cursor *cursor, const uint8_t **name, uint8_t *size)
{
	CI_TAKE(u8, cursor, size);
	CI_REQUIRE(*size != 0, CI_BAD_COUNT);
	CI_TAKE(bytes, cursor, *size, name);
	return CI_OK;
}

static enum ci_status read_input(struct ci_cursor *cursor, uint8_t *kind,
                                 const struct ci_supplied_input *supplied)
{
	const uint8_t *name;
	uint8_t name_size;

	CI_TAKE(u8, cursor, kind);
	CI_REQUIRE(*kind == CI_KIND_BYTES || *kind == CI_KIND_INTEGER, CI_BAD_VALUE);
	CI_REQUIRE(!supplied || *kind == supplied->kind, CI_KIND_MISMATCH);
	CI_TRY(take_name(cursor, &name, &name_size));
	CI_REQUIRE(!supplied || (name_size == supplied->name_size &&
	                         memcmp(name, supplied->name, name_size) == 0), CI_NAME_MISMATCH);
	return CI_OK;
}

static enum ci_status read_type(struct ci_cursor *cursor, uint32_t previous_id,
                                struct ci_template_type *type)
{
	const struct ci_supplied_type *supplied;
	const uint8_t *name;
	uint8_t name_size;
	uint16_t input_count;

	CI_TAKE(u32, cursor, &type->type_id);
	CI_REQUIRE(type->type_id > previous_id, CI_BAD_ORDER);
	supplied = ci_find_supplied(type->type_id);
	CI_TAKE(u16, cursor, &input_count);
	CI_REQUIRE(input_count != 0 && input_count <= CI_MAX_INPUTS, CI_BAD_COUNT);
	/* Finding 4 of July 2024: the definition's count was taken for the sensor's. */
	CI_REQUIRE(!supplied || input_count == supplied->input_count, CI_COUNT_MISMATCH);
	CI_TRY(take_name(cursor, &name, &name_size));
	type->input_count = input_count;
	for (uint32_t i = 0; i < input_count; i++)
		CI_TRY(read_input(cursor, &type->kinds[i], supplied_input(supplied, i)));
	return CI_OK;
}

static enum ci_status read_types(struct ci_cursor *cursor, struct ci_templates *templates)
{
	uint32_t previous_id = 0;

	for (uint32_t i = 0; i < templates->type_count; i++) {
		CI_TRY(read_type(cursor, previous_id, &templates->types[i]));
		previous_id = templates->types[i].type_id;
	}
	cursor->field = cursor->at;
	CI_REQUIRE(cursor->at == cursor->end, CI_TRAILING);
	return CI_OK;
}

static size_t templates_size(uint32_t type_count)
{
	/* Cannot overflow: type_count is at most CI_MAX_TYPES. */
	return sizeof(struct ci_templates) + type_count * sizeof(struct ci_template_type);
}

/* From behind the file's common header. */
static enum ci_status build_templates(const struct ci_host *host, struct ci_cursor *cursor,
                                      uint16_t type_count, struct ci_templates **templates)
{
	enum ci_status status;

	cursor->field = COUNT_OFFSET;
	CI_REQUIRE(type_count <= CI_MAX_TYPES, CI_BAD_COUNT);
	*templates = host->alloc(host->ctx, templates_size(type_count));
	CI_REQUIRE(*templates, CI_NO_MEMORY);
	(*templates)->type_count = type_count;
	status = read_types(cursor, *templates);
	if (status != CI_OK)
		ci_templates_free(host, *templates);
	return status;
}

static enum ci_status read_file(const struct ci_host *host, struct ci_cursor *cursor,
                                const uint8_t *data, size_t size,
                                struct ci_templates **templates)
{
	enum ci_status status;
	uint16_t type_count;
	uint8_t *copy;

	CI_TRY(ci_open_file(host, data, size, "GSTF", cursor, &type_count, &copy));
	status = build_templates(host, cursor, type_count, templates);
	host->free(host->ctx, copy, size);      /* nothing of it is kept: names only compared */
	return status;
}

enum ci_status ci_templates_read(const struct ci_host *host, const uint8_t *data, size_t size,
                                 struct ci_templates **templates, uint32_t *offset)
{
	struct ci_cursor cursor;
	enum ci_status status = read_file(host, &cursor, data, size, templates);

	*offset = cursor.field;
	return status;
}

void ci_templates_free(const struct ci_host *host, struct ci_templates *templates)
{
	host->free(host->ctx, templates, templates_size(templates->type_count));
}

const struct ci_template_type *ci_templates_find(const struct ci_templates *templates,
                                                 uint32_t type_id)
{
	for (uint32_t i = 0; i < templates->type_count; i++) {
		if (templates->types[i].type_id == type_id)
			return &templates->types[i];
	}
	return NULL;
}
