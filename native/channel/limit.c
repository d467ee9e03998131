/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What evaluating an event can cost at most, from sizes alone: README.md, "Evaluation
 * and fuel".  Each bound is reached by some text and value of these sizes, but exact,
 * prefix and suffix, whose cost is known beforehand.
 */
#include "internal.h"

/* The whole text at every start that leaves room: it differs in its last byte, always. */
static uint64_t substring_limit(uint64_t text_size, uint64_t size)
{
	return size < text_size ? 0 : text_size * (size - text_size + 1);
}

/*
 * Let m be the size of the glob, n that of the value, k the number of stars, and l that
 * of bytes in the longest run of others, so that l <= m - k.
 *
 * n = 0: only stars are steps, and at most m.
 *
 * n > 0: each star is gone past once, k steps in all.  Every other step belongs to an
 * attempt at a place p of the value, where the glob begins or a star was remembered.  An
 * attempt takes a step for each byte that fits, at most l, and at most one that goes back
 * or gives up, which looks at a byte, too: min(l + 1, n - p) steps.  No place sees two
 * attempts with steps, as going back is to a place one further on, and a star that comes
 * behind a byte is remembered further on as well.  So the cost is at most
 *
 *     k + the sum over p < n of min(l + 1, n - p)         with l = m - k.
 *
 * One star less saves its step and lets l grow by one, which adds a step at each of the
 * n - l - 1 places that have more bytes left than l + 1.  So the most is where there are as
 * few stars as keep l + 1 <= n, that is l + 1 = c with c = min(m, n), and k = m - c + 1.
 * (Without a byte, m = 0, it is the one step that gives up.)
 *
 * That many steps are taken by m - c + 1 stars and c - 1 times `a` on n - 1 times `a` and
 * a `b`: every attempt goes as far as it can, and none succeeds.
 */
static uint64_t glob_limit(uint64_t text_size, uint64_t size)
{
	uint64_t common = text_size < size ? text_size : size;

	if (size == 0)
		return text_size;
	return text_size - common + 1 + common * (common + 1) / 2 + (size - common) * common;
}

/* What its kind adds to the 1 that every criterion costs. */
static uint64_t criterion_limit(const struct ci_criterion *criterion,
                                const struct ci_value *const *values, uint32_t value_count)
{
	const struct ci_text *text = &criterion->body.text;
	const struct ci_value *value;

	/* Loading promised it, and what says so when the promise is broken is evaluating. */
	value = criterion->input < value_count ? values[criterion->input] : NULL;
	if (!value)
		return 0;
	switch ((enum ci_match_kind)criterion->kind) {
	case CI_MATCH_ANY:
	case CI_MATCH_RANGE:
		return 0;
	case CI_MATCH_EXACT:
		return value->size == text->size ? text->size : 0;
	case CI_MATCH_PREFIX:
	case CI_MATCH_SUFFIX:
		return value->size >= text->size ? text->size : 0;
	case CI_MATCH_SUBSTRING:
		return substring_limit(text->size, value->size);
	case CI_MATCH_GLOB:
		return glob_limit(text->size, value->size);
	case CI_MATCH_PATTERN:
		return (uint64_t)criterion->body.program->insn_count * (value->size + 1);
	}
	return 0;
}

/* The sum below needs no care: the format's limits keep it far from overflowing. */
#define MOST_OF_A_CRITERION (((uint64_t)UINT16_MAX + 1) * ((uint64_t)CI_MAX_VALUE + 2))
_Static_assert(CI_MAX_INSNS <= UINT16_MAX, "no kind costs more than the bytes of a text");
_Static_assert(UINT64_MAX / CI_MAX_INSTANCES / (CI_MAX_INPUTS + 1) > MOST_OF_A_CRITERION,
               "a limit fits 64 bits");

uint64_t ci_content_limit(const struct ci_content *content, const struct ci_event *event)
{
	uint64_t limit = content->instance_count;

	if (ci_event_check(event) != CI_OK)
		return 0;
	for (uint32_t i = 0; i < content->instance_count; i++) {
		const struct ci_instance *instance = &content->instances[i];
		const struct ci_criterion *criteria = content->criteria + instance->first_criterion;

		if (instance->type_id != event->type_id)
			continue;
		limit += instance->criterion_count;
		for (uint32_t j = 0; j < instance->criterion_count; j++)
			limit += criterion_limit(&criteria[j], event->values, event->value_count);
	}
	return limit;
}
