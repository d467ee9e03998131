/* SPDX-License-Identifier: Apache-2.0 */
/* One criterion against one value. */
#include "internal.h"

/* What stands for the bytes of an empty value, whose pointer may be NULL. */
static const uint8_t no_bytes[1];

static uint8_t fold(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

static bool same_byte(uint8_t a, uint8_t b, bool nocase)
{
	return a == b || (nocase && fold(a) == fold(b));
}

static bool same_bytes(const uint8_t *a, const uint8_t *b, size_t size, bool nocase)
{
	if (!nocase)
		return memcmp(a, b, size) == 0;
	for (size_t i = 0; i < size; i++) {
		if (fold(a[i]) != fold(b[i]))
			return false;
	}
	return true;
}

/* `bytes` are as many as the text's; the whole text is paid for, however soon it differs. */
static bool compare(const struct ci_text *text, const uint8_t *bytes, bool nocase, uint64_t *fuel,
                    bool *holds)
{
	if (!ci_spend(fuel, text->size))
		return false;
	*holds = same_bytes(text->bytes, bytes, text->size, nocase);
	return true;
}

static bool find_substring(const struct ci_text *text, const uint8_t *value, size_t size,
                           bool nocase, uint64_t *fuel, bool *holds)
{
	for (size_t start = 0; start <= size - text->size; start++) {
		uint32_t same = 0;

		while (same < text->size) {
			if (!ci_spend(fuel, 1))
				return false;
			if (!same_byte(text->bytes[same], value[start + same], nocase))
				break;
			same++;
		}
		if (same == text->size) {
			*holds = true;
			break;
		}
	}
	return true;
}

/*
 * Only the last star is ever gone back to: whatever an earlier one could have taken
 * besides, the last one can take as well.
 */
static bool match_glob(const struct ci_text *text, const uint8_t *value, size_t size,
                       bool nocase, uint64_t *fuel, bool *holds)
{
	const uint8_t *glob = text->bytes;
	size_t at = 0, star_at = 0;             /* in the value */
	uint32_t g = 0, behind_star = 0;        /* in the glob; 0: no star yet */

	while (at < size) {
		if (!ci_spend(fuel, 1))
			return false;
		if (g < text->size && glob[g] == '*') {
			g++;
			behind_star = g;
			star_at = at;
		} else if (g < text->size &&
		           (glob[g] == '?' || same_byte(glob[g], value[at], nocase))) {
			g++;
			at++;
		} else if (behind_star != 0) {
			star_at++;
			at = star_at;
			g = behind_star;
		} else {
			return true;
		}
	}
	while (g < text->size && glob[g] == '*') {
		if (!ci_spend(fuel, 1))
			return false;
		g++;
	}
	*holds = g == text->size;
	return true;
}

bool ci_criterion_evaluate(const struct ci_content *content, const struct ci_criterion *criterion,
                           const struct ci_value *const *values, uint64_t *fuel, bool *holds)
{
	const struct ci_text *text = &criterion->body.text;
	bool nocase = criterion->nocase;
	const struct ci_value *value;
	const uint8_t *bytes;
	size_t size;

	*holds = criterion->kind == CI_MATCH_ANY;
	if (*holds)
		return true;
	value = values[criterion->input];
	if (!value)
		return true;
	size = value->size;
	bytes = size == 0 ? no_bytes : value->data;

	switch ((enum ci_match_kind)criterion->kind) {
	case CI_MATCH_ANY:
		return true;
	case CI_MATCH_EXACT:
		return size != text->size || compare(text, bytes, nocase, fuel, holds);
	case CI_MATCH_PREFIX:
		return size < text->size || compare(text, bytes, nocase, fuel, holds);
	case CI_MATCH_SUFFIX:
		return size < text->size ||
		       compare(text, bytes + (size - text->size), nocase, fuel, holds);
	case CI_MATCH_SUBSTRING:
		return size < text->size ||
		       find_substring(text, bytes, size, nocase, fuel, holds);
	case CI_MATCH_GLOB:
		return match_glob(text, bytes, size, nocase, fuel, holds);
	case CI_MATCH_RANGE:
		*holds = value->number >= criterion->body.range.low &&
		         value->number <= criterion->body.range.high;
		return true;
	case CI_MATCH_PATTERN:
		return ci_pattern_search(criterion->body.program, content->classes, bytes, size,
		                         fuel, holds);
	}
	return true;
}
