/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the parts of the interpreter know of each other.
 *
 * A load goes through file.c (what both files have in common), template.c,
 * channel.c, instance.c and program.c, and ends with one struct ci_content, which
 * nobody changes any more.  An evaluation goes through evaluate.c, criterion.c and
 * pattern.c, and reads it; limit.c says beforehand what it can cost.  sensor.c says which
 * content is active.
 */
#ifndef CI_INTERNAL_H
#define CI_INTERNAL_H

#include "ci.h"
#include "cursor.h"

#define CI_CLASS_SIZE 32u       /* bytes: a bit for each byte value */

enum ci_match_kind {
	CI_MATCH_ANY = 0,
	CI_MATCH_EXACT = 1,
	CI_MATCH_PREFIX = 2,
	CI_MATCH_SUFFIX = 3,
	CI_MATCH_SUBSTRING = 4,
	CI_MATCH_GLOB = 5,
	CI_MATCH_RANGE = 6,
	CI_MATCH_PATTERN = 7,
};

/* One type of the template file: what a channel file is checked against. */
struct ci_template_type {
	uint32_t type_id;
	uint32_t input_count;
	uint8_t kinds[CI_MAX_INPUTS];   /* enum ci_kind; input_count are set */
};

struct ci_templates {
	uint32_t type_count;
	struct ci_template_type types[];
};

/* Checked once, then run where it lies; ops.h says how an instruction is laid out. */
struct ci_program {
	const uint8_t *insns;
	uint32_t insn_count;
	uint32_t first_insn;            /* of all in the file: its number in reports */
};

struct ci_text {
	const uint8_t *bytes;
	uint32_t size;
};

struct ci_range {
	uint64_t low;
	uint64_t high;
};

struct ci_criterion {
	uint16_t input;
	uint8_t kind;                   /* enum ci_match_kind */
	bool nocase;
	union {
		struct ci_text text;                    /* EXACT to GLOB */
		struct ci_range range;                  /* RANGE */
		const struct ci_program *program;       /* PATTERN */
	} body;
};

struct ci_instance {
	uint32_t instance_id;
	uint32_t type_id;
	uint32_t first_criterion;       /* of content->criteria, and so its number in reports */
	uint32_t criterion_count;
};

/* Everything points into this block or into `file`, never into the caller's memory. */
struct ci_content {
	size_t references;              /* under the host's lock; the last one out frees */
	size_t size;                    /* of this block */
	uint8_t *file;                  /* own copy of the channel file: texts, classes, insns */
	size_t file_size;
	const uint8_t *classes;         /* CI_CLASS_SIZE each */
	struct ci_program *programs;
	struct ci_instance *instances;
	uint32_t instance_count;
	struct ci_criterion criteria[];
};

/* Hidden: only ci.h is for anybody else. */
#pragma GCC visibility push(hidden)

/* checksum.c: CRC-32 as in zlib. */
uint32_t ci_checksum(const uint8_t *data, uint32_t size);

/*
 * file.c: copy a whole file, and check magic, version, size and checksum of the copy, so
 * that nobody can change a byte between its check and its use.  With CI_OK *copy is the
 * caller's, `size` bytes of the host's; the cursor is behind the header of it, its end at
 * the checksum; *count is the header's, not judged.  Otherwise nothing is left.
 */
enum ci_status ci_open_file(const struct ci_host *host, const uint8_t *data, size_t size,
                            const char magic[4], struct ci_cursor *cursor, uint16_t *count,
                            uint8_t **copy);

/*
 * template.c: check a template file; *templates is the caller's, through
 * ci_templates_free, when the status is CI_OK.  Otherwise *offset is the fault's.
 */
enum ci_status ci_templates_read(const struct ci_host *host, const uint8_t *data, size_t size,
                                 struct ci_templates **templates, uint32_t *offset);
void ci_templates_free(const struct ci_host *host, struct ci_templates *templates);
const struct ci_template_type *ci_templates_find(const struct ci_templates *templates,
                                                 uint32_t type_id);

/* channel.c: the same for a channel file; *content has one reference. */
enum ci_status ci_content_read(const struct ci_host *host, const struct ci_templates *templates,
                               const uint8_t *data, size_t size, struct ci_content **content,
                               uint32_t *offset);
void ci_content_free(const struct ci_host *host, struct ci_content *content);

/* program.c: take and check so many instructions. */
enum ci_status ci_program_check(struct ci_cursor *cursor, uint32_t insn_count,
                                uint32_t class_count);

/*
 * The three below spend fuel as README.md says and return false when it does not
 * last; otherwise *holds is the answer.
 */

/* pattern.c: does the value contain a match of a checked program? */
bool ci_pattern_search(const struct ci_program *program, const uint8_t *classes,
                       const uint8_t *value, size_t size, uint64_t *fuel, bool *holds);

/* criterion.c: reads the criterion's input of `values`, and a wildcard not even that. */
bool ci_criterion_evaluate(const struct ci_content *content, const struct ci_criterion *criterion,
                           const struct ci_value *const *values, uint64_t *fuel, bool *holds);

/* evaluate.c: is it an event that this release's sensor supplies? */
enum ci_status ci_event_check(const struct ci_event *event);

/* evaluate.c: all of ci_evaluate but the choice of the content. */
enum ci_status ci_content_evaluate(const struct ci_content *content, const struct ci_event *event,
                                   uint64_t *fuel, struct ci_matches *matches);

/* limit.c: the same of ci_fuel_limit. */
uint64_t ci_content_limit(const struct ci_content *content, const struct ci_event *event);

#pragma GCC visibility pop

/* False, and nothing left, when the budget does not cover the cost. */
static inline bool ci_spend(uint64_t *fuel, uint64_t cost)
{
	if (*fuel < cost) {
		*fuel = 0;
		return false;
	}
	*fuel -= cost;
	return true;
}

#endif /* CI_INTERNAL_H */
