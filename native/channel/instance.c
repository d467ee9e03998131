/* SPDX-License-Identifier: Apache-2.0 */
/* Instances of a channel file and their criteria. */
#include "walk.h"

#define SEVERITY_MAX 4u         /* critical */
#define FLAG_NOCASE 1u
#define INPUT_KIND_ANY 0u       /* no enum ci_kind */

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

static enum ci_status read_pattern(struct ci_walk *walk, struct ci_criterion *criterion)
{
	uint16_t program;

	CI_TAKE(u16, &walk->cursor, &program);
	CI_REQUIRE(program < walk->program_count, CI_BAD_REFERENCE);
	if (walk->content)
		criterion->body.program = &walk->content->programs[program];
	return CI_OK;
}

static enum ci_status read_body(struct ci_walk *walk, struct ci_criterion *criterion)
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
static enum ci_status read_criterion(struct ci_walk *walk, const struct ci_template_type *type,
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

static enum ci_status read_criteria(struct ci_walk *walk, const struct ci_template_type *type,
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

enum ci_status ci_instance_read(struct ci_walk *walk, uint32_t previous_id,
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
	CI_REQUIRE(input_count != 0, CI_BAD_COUNT);
	CI_REQUIRE(input_count == type->input_count, CI_COUNT_MISMATCH);
	CI_TAKE(u16, cursor, &criterion_count);
	CI_REQUIRE(criterion_count <= input_count, CI_BAD_COUNT);
	CI_TRY(skip_description(cursor));
	instance->first_criterion = walk->criterion_count;
	instance->criterion_count = criterion_count;
	return read_criteria(walk, type, criterion_count);
}
