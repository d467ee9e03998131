/* SPDX-License-Identifier: Apache-2.0 */
/* One event against all instances of its type. */
#include <groundstop.h>

#include "internal.h"

enum ci_status ci_event_check(const struct ci_event *event)
{
	const struct ci_supplied_type *supplied = ci_find_supplied(event->type_id);

	CI_REQUIRE(supplied, CI_UNKNOWN_TYPE);
	CI_REQUIRE(event->value_count == supplied->input_count, CI_BAD_EVENT);
	for (uint32_t i = 0; i < event->value_count; i++) {
		const struct ci_value *value = event->values[i];

		if (!value)
			continue;
		CI_REQUIRE(value->kind == supplied->inputs[i].kind, CI_BAD_EVENT);
		if (value->kind != CI_KIND_BYTES)
			continue;
		CI_REQUIRE(value->size <= CI_MAX_VALUE, CI_BAD_EVENT);
		CI_REQUIRE(value->data || value->size == 0, CI_BAD_ARGUMENT);
	}
	return CI_OK;
}

/* *holds: do all criteria of the instance? */
static enum ci_status evaluate_instance(const struct ci_content *content,
                                        const struct ci_instance *instance,
                                        const struct ci_event *event, uint64_t *fuel, bool *holds)
{
	*holds = true;
	for (uint32_t i = 0; i < instance->criterion_count && *holds; i++) {
		uint32_t number = instance->first_criterion + i;
		const struct ci_criterion *criterion = &content->criteria[number];

		CI_REQUIRE(ci_spend(fuel, 1), CI_OUT_OF_FUEL);
		/* Loading promised it.  On July 19, 2024 a promise was all there was. */
		CI_REQUIRE(criterion->input < event->value_count, CI_COUNT_MISMATCH);
		CI_REQUIRE(ci_criterion_evaluate(content, criterion, event->values, fuel, holds),
		           CI_OUT_OF_FUEL);
		groundstop_element(number, *holds);
	}
	return CI_OK;
}

static void add_match(struct ci_matches *matches, uint32_t instance_id)
{
	if (matches->count < matches->capacity)
		matches->ids[matches->count] = instance_id;
	matches->count++;
}

enum ci_status ci_content_evaluate(const struct ci_content *content, const struct ci_event *event,
                                   uint64_t *fuel, struct ci_matches *matches)
{
	CI_TRY(ci_event_check(event));
	for (uint32_t i = 0; i < content->instance_count; i++) {
		const struct ci_instance *instance = &content->instances[i];
		bool holds;

		CI_REQUIRE(ci_spend(fuel, 1), CI_OUT_OF_FUEL);
		if (instance->type_id != event->type_id)
			continue;
		CI_TRY(evaluate_instance(content, instance, event, fuel, &holds));
		if (holds)
			add_match(matches, instance->instance_id);
	}
	return CI_OK;
}
