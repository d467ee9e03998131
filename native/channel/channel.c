/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channel files.
 *
 * Only a copy of the file is read.  One walk over it does everything, and is done twice:
 * first it checks and counts, then, with memory for what it counted, it checks and
 * stores.  So the two can never disagree.
 */
#include "internal.h"
#include "ops.h"
#include "walk.h"

#define OFFSET_SIZE 4u
#define INSTANCE_COUNT_OFFSET 6u        /* of instance_count in the header */

/* Does entry `index` of the table at `table` say that its record starts here? */
static enum ci_status check_offset(struct ci_cursor *cursor, uint32_t table, uint32_t index)
{
	cursor->field = table + index * OFFSET_SIZE;
	CI_REQUIRE(ci_le32(cursor->data + cursor->field) == cursor->at, CI_BAD_OFFSET);
	return CI_OK;
}

static enum ci_status read_instances(struct ci_walk *walk)
{
	uint32_t previous_id = 0;

	for (uint32_t i = 0; i < walk->instance_count; i++) {
		struct ci_instance instance;

		CI_TRY(check_offset(&walk->cursor, walk->instance_offsets, i));
		CI_TRY(ci_instance_read(walk, previous_id, &instance));
		previous_id = instance.instance_id;
		if (walk->content)
			walk->content->instances[i] = instance;
	}
	return CI_OK;
}

/* Instructions are most of a file: the second walk takes the first one's word for them. */
static enum ci_status read_insns(struct ci_walk *walk, uint32_t index, uint32_t insn_count)
{
	struct ci_program program = { .insn_count = insn_count, .first_insn = walk->insn_count };

	if (!walk->content)
		return ci_program_check(&walk->cursor, insn_count, walk->class_count);
	CI_TAKE(bytes, &walk->cursor, insn_count * CI_INSN_SIZE, &program.insns);
	walk->content->programs[index] = program;
	walk->insn_count += insn_count;
	return CI_OK;
}

static enum ci_status read_programs(struct ci_walk *walk)
{
	struct ci_cursor *cursor = &walk->cursor;

	for (uint32_t i = 0; i < walk->program_count; i++) {
		uint16_t insn_count, reserved;

		CI_TRY(check_offset(cursor, walk->program_offsets, i));
		CI_TAKE(u16, cursor, &insn_count);
		CI_REQUIRE(insn_count != 0 && insn_count <= CI_MAX_INSNS, CI_BAD_COUNT);
		CI_TAKE(u16, cursor, &reserved);
		CI_REQUIRE(reserved == 0, CI_BAD_VALUE);
		CI_TRY(read_insns(walk, i, insn_count));
	}
	return CI_OK;
}

static enum ci_status read_counts(struct ci_walk *walk, uint16_t instance_count)
{
	struct ci_cursor *cursor = &walk->cursor;
	uint16_t program_count, class_count;
	uint32_t channel;

	cursor->field = INSTANCE_COUNT_OFFSET;
	CI_REQUIRE(instance_count <= CI_MAX_INSTANCES, CI_BAD_COUNT);
	CI_TAKE(u32, cursor, &channel);
	CI_TAKE(u16, cursor, &program_count);
	CI_REQUIRE(program_count <= CI_MAX_PROGRAMS, CI_BAD_COUNT);
	CI_TAKE(u16, cursor, &class_count);
	CI_REQUIRE(class_count <= CI_MAX_CLASSES, CI_BAD_COUNT);
	walk->instance_count = instance_count;
	walk->program_count = program_count;
	walk->class_count = class_count;
	return CI_OK;
}

/* From behind the file's common header. */
static enum ci_status read_records(struct ci_walk *walk, uint16_t instance_count)
{
	struct ci_cursor *cursor = &walk->cursor;
	const uint8_t *offsets;

	CI_TRY(read_counts(walk, instance_count));
	CI_TAKE(bytes, cursor, walk->instance_count * OFFSET_SIZE, &offsets);
	walk->instance_offsets = cursor->field;
	CI_TAKE(bytes, cursor, walk->program_count * OFFSET_SIZE, &offsets);
	walk->program_offsets = cursor->field;
	CI_TAKE(bytes, cursor, walk->class_count * CI_CLASS_SIZE, &walk->classes);
	walk->criterion_count = 0;
	CI_TRY(read_instances(walk));
	CI_TRY(read_programs(walk));
	cursor->field = cursor->at;
	CI_REQUIRE(cursor->at == cursor->end, CI_TRAILING);
	return CI_OK;
}

/* No size below overflows, even where size_t has 32 bits: the format's limits see to it. */
_Static_assert(CI_MAX_INSTANCES * (CI_MAX_INPUTS * sizeof(struct ci_criterion) +
                                   sizeof(struct ci_instance)) +
               CI_MAX_PROGRAMS * sizeof(struct ci_program) +
               sizeof(struct ci_content) < (size_t)UINT32_MAX / 2, "content fits a size_t");

/* Each array of the block starts where the one before ends, so alignments may not rise. */
_Static_assert(_Alignof(struct ci_content) <= _Alignof(max_align_t) &&
               _Alignof(struct ci_criterion) >= _Alignof(struct ci_program) &&
               _Alignof(struct ci_program) >= _Alignof(struct ci_instance),
               "arrays stay aligned");

/* Room for all that the first walk counted, in one block. */
static struct ci_content *allocate_content(const struct ci_host *host, const struct ci_walk *walk)
{
	size_t programs = sizeof(struct ci_content) +
	                  walk->criterion_count * sizeof(struct ci_criterion);
	size_t instances = programs + walk->program_count * sizeof(struct ci_program);
	size_t size = instances + walk->instance_count * sizeof(struct ci_instance);
	uint8_t *block = host->alloc(host->ctx, size);
	struct ci_content *content = (void *)block;

	if (!block)
		return NULL;
	*content = (struct ci_content){
		.references = 1,
		.size = size,
		.programs = (void *)(block + programs),
		.instances = (void *)(block + instances),
		.classes = walk->classes,
		.instance_count = walk->instance_count,
	};
	return content;
}

/* Check, allocate, store.  The cursor is behind the header of a copy. */
static enum ci_status build_content(const struct ci_host *host, struct ci_walk *walk,
                                    uint16_t instance_count)
{
	struct ci_cursor start = walk->cursor;

	CI_TRY(read_records(walk, instance_count));
	walk->content = allocate_content(host, walk);
	CI_REQUIRE(walk->content, CI_NO_MEMORY);
	walk->cursor = start;
	return read_records(walk, instance_count);
}

static enum ci_status read_file(const struct ci_host *host, struct ci_walk *walk,
                                const uint8_t *data, size_t size)
{
	uint16_t instance_count;
	uint8_t *copy;
	enum ci_status status;

	CI_TRY(ci_open_file(host, data, size, "GSCF", &walk->cursor, &instance_count, &copy));
	status = build_content(host, walk, instance_count);
	if (status != CI_OK) {
		if (walk->content)
			host->free(host->ctx, walk->content, walk->content->size);
		host->free(host->ctx, copy, size);
		return status;
	}
	walk->content->file = copy;
	walk->content->file_size = size;
	return CI_OK;
}

enum ci_status ci_content_read(const struct ci_host *host, const struct ci_templates *templates,
                               const uint8_t *data, size_t size, struct ci_content **content,
                               uint32_t *offset)
{
	struct ci_walk walk = { .templates = templates };
	enum ci_status status = read_file(host, &walk, data, size);

	*content = walk.content;
	*offset = walk.cursor.field;
	return status;
}

void ci_content_free(const struct ci_host *host, struct ci_content *content)
{
	host->free(host->ctx, content->file, content->file_size);
	host->free(host->ctx, content, content->size);
}
