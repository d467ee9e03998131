/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channel files.
 *
 * Once its checksum is right the file is copied, and only the copy is read: nobody
 * can change a byte between its check and its use.  One walk over the copy does
 * everything, and is done twice: first it checks and counts, then, with memory for
 * what it counted, it checks and stores.  So the two can never disagree.
 */
#include "internal.h"

#define OFFSET_SIZE 4u
#define INSTANCE_COUNT_OFFSET 6u        /* of instance_count in the header */
#define SEVERITY_MAX 4u                 /* critical */
#define FLAG_NOCASE 1u
#define INPUT_KIND_ANY 0u               /* no enum ci_kind */

struct walk {
	struct ci_cursor cursor;
	const struct ci_templates *templates;
	struct ci_content *content;     /* where to store; NULL while counting */
	const uint8_t *classes;
	uint32_t instance_count;
	uint32_t program_count;
	uint32_t class_count;
	uint32_t criterion_count;       /* so far */
	uint32_t insn_count;            /* so far */
	uint32_t instance_offsets;      /* where in the file */
	uint32_t program_offsets;
};

/* What a kind of criterion works on, and whether it may be nocase. */
static const struct match_rule {
	uint8_t input_kind;
	bool nocase;
} match_rules[] = {
	[CI_MATCH_ANY] = { INPUT_KIND_ANY, false },
	[CI_MATCH_EXACT] = { CI_KIND_BYTES, true },
	[CI_MATCH_PREFIX] = { CI_KIND_BYTES, true },
	[CI_MATCH_SUFFIX] = { CI_KIND_BYTES, true },
	[CI_MATCH_SUBSTRING] = { CI_KIND_BYTES, true },
	[CI_MATCH_GLOB] = { CI_KIND_BYTES, true },
	[CI_MATCH_RANGE] = { CI_KIND_INTEGER, false },
	[CI_MATCH_PATTERN] = { CI_KIND_BYTES, false },
};

static enum ci_status read_text(struct ci_cursor *cursor, struct ci_text *text)
{
	uint16_t size;

	CI_TAKE(u16, cursor, &size);
	CI_TAKE(bytes, cursor, size, &text->bytes);
	text->size = size;
	return CI_OK;
}

static enum ci_status read_range(struct ci_cursor *cursor, struct ci_range *range)
{
	CI_TAKE(u64, cursor, &range->low);
	CI_TAKE(u64, cursor, &range->high);
	CI_REQUIRE(range->high >= range->low, CI_BAD_VALUE);
	return CI_OK;
}

static enum ci_status read_pattern(struct walk *walk, struct ci_criterion *criterion)
{
	uint16_t program;

	CI_TAKE(u16, &walk->cursor, &program);
	CI_REQUIRE(program < walk->program_count, CI_BAD_REFERENCE);
	if (walk->content)
		criterion->body.program = &walk->content->programs[program];
	return CI_OK;
}

static enum ci_status read_body(struct walk *walk, struct ci_criterion *criterion)
{
	switch ((enum ci_match_kind)criterion->kind) {
	case CI_MATCH_ANY:
		return CI_OK;
	case CI_MATCH_EXACT:
	case CI_MATCH_PREFIX:
	case CI_MATCH_SUFFIX:
	case CI_MATCH_SUBSTRING:
	case CI_MATCH_GLOB:
		return read_text(&walk->cursor, &criterion->body.text);
	case CI_MATCH_RANGE:
		return read_range(&walk->cursor, &criterion->body.range);
	case CI_MATCH_PATTERN:
		return read_pattern(walk, criterion);
	}
	return CI_BAD_VALUE;
}

/* least_input: one more than the input of the criterion before. */
static enum ci_status read_criterion(struct walk *walk, const struct ci_template_type *type,
                                     uint32_t least_input, struct ci_criterion *criterion)
{
	const struct match_rule *rule;
	uint8_t flags;

	*criterion = (struct ci_criterion){ 0 };
	CI_TAKE(u16, &walk->cursor, &criterion->input);
	CI_REQUIRE(criterion->input < type->input_count, CI_BAD_REFERENCE);
	CI_REQUIRE(criterion->input >= least_input, CI_BAD_ORDER);
	CI_TAKE(u8, &walk->cursor, &criterion->kind);
	CI_REQUIRE(criterion->kind < sizeof(match_rules) / sizeof(match_rules[0]), CI_BAD_VALUE);
	rule = &match_rules[criterion->kind];
	CI_REQUIRE(rule->input_kind == INPUT_KIND_ANY ||
	           rule->input_kind == type->kinds[criterion->input], CI_KIND_MISMATCH);
	CI_TAKE(u8, &walk->cursor, &flags);
	CI_REQUIRE((flags & ~(rule->nocase ? FLAG_NOCASE : 0u)) == 0, CI_BAD_VALUE);
	criterion->nocase = flags != 0;
	return read_body(walk, criterion);
}

static enum ci_status read_criteria(struct walk *walk, const struct ci_template_type *type,
                                    uint32_t count)
{
	uint32_t least_input = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct ci_criterion criterion;

		CI_TRY(read_criterion(walk, type, least_input, &criterion));
		least_input = criterion.input + 1u;
		if (walk->content)
			walk->content->criteria[walk->criterion_count] = criterion;
		walk->criterion_count++;
	}
	return CI_OK;
}

/* Severity and name are for people; nothing here needs them later. */
static enum ci_status skip_description(struct ci_cursor *cursor)
{
	const uint8_t *name;
	uint8_t severity, reserved, name_size;

	CI_TAKE(u8, cursor, &severity);
	CI_REQUIRE(severity <= SEVERITY_MAX, CI_BAD_VALUE);
	CI_TAKE(u8, cursor, &reserved);
	CI_REQUIRE(reserved == 0, CI_BAD_VALUE);
	CI_TAKE(u8, cursor, &name_size);
	CI_REQUIRE(name_size != 0, CI_BAD_COUNT);
	CI_TAKE(bytes, cursor, name_size, &name);
	return CI_OK;
}

static enum ci_status read_instance(struct walk *walk, uint32_t previous_id,
                                    struct ci_instance *instance)
{
	struct ci_cursor *cursor = &walk->cursor;
	const struct ci_template_type *type;
	uint16_t input_count, criterion_count;

	CI_TAKE(u32, cursor, &instance->instance_id);
	CI_REQUIRE(instance->instance_id > previous_id, CI_BAD_ORDER);
	CI_TAKE(u32, cursor, &instance->type_id);
	type = ci_templates_find(walk->templates, instance->type_id);
	CI_REQUIRE(type, CI_BAD_REFERENCE);
	CI_TAKE(u16, cursor, &input_count);
	CI_REQUIRE(input_count == type->input_count, CI_COUNT_MISMATCH);
	CI_TAKE(u16, cursor, &criterion_count);
	CI_REQUIRE(criterion_count <= input_count, CI_BAD_COUNT);
	CI_TRY(skip_description(cursor));
	instance->first_criterion = walk->criterion_count;
	instance->criterion_count = criterion_count;
	return read_criteria(walk, type, criterion_count);
}

/* Does entry `index` of the table at `table` say that its record starts here? */
static enum ci_status check_offset(struct ci_cursor *cursor, uint32_t table, uint32_t index)
{
	cursor->field = table + index * OFFSET_SIZE;
	CI_REQUIRE(ci_le32(cursor->data + cursor->field) == cursor->at, CI_BAD_OFFSET);
	return CI_OK;
}

static enum ci_status read_instances(struct walk *walk)
{
	uint32_t previous_id = 0;

	for (uint32_t i = 0; i < walk->instance_count; i++) {
		struct ci_instance instance;

		CI_TRY(check_offset(&walk->cursor, walk->instance_offsets, i));
		CI_TRY(read_instance(walk, previous_id, &instance));
		previous_id = instance.instance_id;
		if (walk->content)
			walk->content->instances[i] = instance;
	}
	return CI_OK;
}

static enum ci_status read_programs(struct walk *walk)
{
	struct ci_cursor *cursor = &walk->cursor;

	for (uint32_t i = 0; i < walk->program_count; i++) {
		struct ci_insn *insns = NULL;
		uint16_t insn_count, reserved;

		CI_TRY(check_offset(cursor, walk->program_offsets, i));
		CI_TAKE(u16, cursor, &insn_count);
		CI_REQUIRE(insn_count != 0 && insn_count <= CI_MAX_INSNS, CI_BAD_COUNT);
		CI_TAKE(u16, cursor, &reserved);
		CI_REQUIRE(reserved == 0, CI_BAD_VALUE);
		if (walk->content) {
			insns = walk->content->insns + walk->insn_count;
			walk->content->programs[i] = (struct ci_program){ insns, insn_count };
		}
		CI_TRY(ci_program_read(cursor, insn_count, walk->class_count, insns));
		walk->insn_count += insn_count;
	}
	return CI_OK;
}

static enum ci_status read_counts(struct walk *walk, uint16_t instance_count)
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
static enum ci_status read_records(struct walk *walk, uint16_t instance_count)
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
	walk->insn_count = 0;
	CI_TRY(read_instances(walk));
	CI_TRY(read_programs(walk));
	cursor->field = cursor->at;
	CI_REQUIRE(cursor->at == cursor->end, CI_TRAILING);
	return CI_OK;
}

/* No size below overflows, even where size_t has 32 bits: the format's limits see to it. */
_Static_assert(CI_MAX_INSTANCES * (CI_MAX_INPUTS * sizeof(struct ci_criterion) +
                                   sizeof(struct ci_instance)) +
               CI_MAX_PROGRAMS * (CI_MAX_INSNS * sizeof(struct ci_insn) +
                                  sizeof(struct ci_program)) +
               sizeof(struct ci_content) < (size_t)UINT32_MAX / 2, "content fits a size_t");

/* Each array of the block starts where the one before ends, so alignments may not rise. */
_Static_assert(_Alignof(struct ci_content) <= _Alignof(max_align_t) &&
               _Alignof(struct ci_criterion) >= _Alignof(struct ci_program) &&
               _Alignof(struct ci_program) >= _Alignof(struct ci_instance) &&
               _Alignof(struct ci_instance) >= _Alignof(struct ci_insn), "arrays stay aligned");

/* Room for all that the first walk counted, in one block. */
static struct ci_content *allocate_content(const struct ci_host *host, const struct walk *walk)
{
	size_t programs = sizeof(struct ci_content) +
	                  walk->criterion_count * sizeof(struct ci_criterion);
	size_t instances = programs + walk->program_count * sizeof(struct ci_program);
	size_t insns = instances + walk->instance_count * sizeof(struct ci_instance);
	size_t size = insns + walk->insn_count * sizeof(struct ci_insn);
	uint8_t *block = host->alloc(host->ctx, size);
	struct ci_content *content = (void *)block;

	if (!block)
		return NULL;
	*content = (struct ci_content){
		.references = 1,
		.size = size,
		.programs = (void *)(block + programs),
		.instances = (void *)(block + instances),
		.insns = (void *)(block + insns),
		.classes = walk->classes,
		.instance_count = walk->instance_count,
	};
	return content;
}

/* Check, allocate, store.  The cursor is behind the header of a copy. */
static enum ci_status build_content(const struct ci_host *host, struct walk *walk,
                                    uint16_t instance_count)
{
	struct ci_cursor start = walk->cursor;

	CI_TRY(read_records(walk, instance_count));
	walk->content = allocate_content(host, walk);
	CI_REQUIRE(walk->content, CI_NO_MEMORY);
	walk->cursor = start;
	return read_records(walk, instance_count);
}

static enum ci_status read_file(const struct ci_host *host, struct walk *walk,
                                const uint8_t *data, size_t size)
{
	uint16_t instance_count;
	uint8_t *copy;
	enum ci_status status;

	CI_TRY(ci_open_file(&walk->cursor, data, size, "GSCF", &instance_count));
	copy = host->alloc(host->ctx, size);
	CI_REQUIRE(copy, CI_NO_MEMORY);
	memcpy(copy, data, size);
	walk->cursor.data = copy;
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
	struct walk walk = { .templates = templates };
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
