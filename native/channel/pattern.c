/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine that runs pattern programs: all positions of the program at once,
 * byte by byte, so that no value makes it go back.  Sets of positions are bits, and
 * an instruction that was executed at this byte is not executed at it again; that
 * alone makes loops that consume nothing end.
 *
 * A set is 32 words, and one more with a bit for each word that is used, which alone is
 * ever looked through: the work at a byte is that of the instructions executed there,
 * which is what fuel counts, and not of all that the program has.
 */
#include <groundstop.h>

#include "internal.h"
#include "ops.h"

#define WORD_BITS 32u
#define MAX_WORDS (CI_MAX_INSNS / WORD_BITS)

_Static_assert(MAX_WORDS == WORD_BITS && CI_MAX_INSNS % WORD_BITS == 0,
               "a set is whole words, and a word has a bit for each");

struct set {
	uint32_t used;                  /* bit w: words[w] holds something, else anything */
	uint32_t words[MAX_WORDS];
};

struct search {
	const uint8_t *insns;
	const uint8_t *classes;
	const uint8_t *value;
	size_t size;
	size_t at;                      /* which byte; size is the end */
	bool matched;
	struct set due;                 /* to execute at this byte */
	struct set done;                /* executed at this byte */
	struct set next;                /* to execute at the next one */
};

static uint32_t lowest_bit(uint32_t word)
{
	return word & (~word + 1);
}

static void set_add(struct set *set, uint32_t word, uint32_t bits)
{
	uint32_t bit = 1u << word;

	set->words[word] = (set->used & bit ? set->words[word] : 0) | bits;
	set->used |= bit;
}

static uint32_t set_word(const struct set *set, uint32_t word)
{
	return set->used >> word & 1 ? set->words[word] : 0;
}

static bool is_word_byte(uint8_t byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_';
}

static bool at_word_boundary(const struct search *search)
{
	bool before = search->at > 0 && is_word_byte(search->value[search->at - 1]);
	bool after = search->at < search->size && is_word_byte(search->value[search->at]);

	return before != after;
}

static bool condition_holds(const struct search *search, uint8_t condition)
{
	bool at_end = search->at == search->size;

	switch ((enum ci_condition)condition) {
	case CI_AT_START:
		return search->at == 0;
	case CI_AT_END:
		return at_end;
	case CI_AT_LINE_START:
		return search->at == 0 || search->value[search->at - 1] == '\n';
	case CI_AT_LINE_END:
		return at_end || search->value[search->at] == '\n';
	case CI_AT_LAST_LINE_END:
		return at_end || (search->size - search->at == 1 &&
		                  search->value[search->at] == '\n');
	case CI_AT_WORD_BOUNDARY:
		return at_word_boundary(search);
	case CI_NOT_AT_WORD_BOUNDARY:
		return !at_word_boundary(search);
	}
	return false;
}

static bool in_class(const uint8_t *class, uint8_t byte)
{
	return class[byte / 8] >> byte % 8 & 1;
}

/* Go on at `target` without consuming. */
static void add_due(struct search *search, uint32_t target)
{
	uint32_t word = target / WORD_BITS;
	uint32_t bit = 1u << target % WORD_BITS;

	if (!(set_word(&search->done, word) & bit))
		set_add(&search->due, word, bit);
}

/* Consume this byte, then go on at `target`. */
static void add_next(struct search *search, uint32_t target)
{
	set_add(&search->next, target / WORD_BITS, 1u << target % WORD_BITS);
}

/* The verifier has seen to it that every target, and at + 1 where used, is in the program. */
static void execute(struct search *search, uint32_t at)
{
	const uint8_t *insn = search->insns + at * CI_INSN_SIZE;
	bool more = search->at < search->size;

	switch ((enum ci_op)insn[0]) {
	case CI_OP_BYTE:
		if (more && search->value[search->at] == insn[CI_INSN_ARG])
			add_next(search, at + 1);
		break;
	case CI_OP_ANY:
		if (more)
			add_next(search, at + 1);
		break;
	case CI_OP_CLASS:
		if (more && in_class(search->classes + ci_le16(insn + CI_INSN_X) * CI_CLASS_SIZE,
		                     search->value[search->at]))
			add_next(search, at + 1);
		break;
	case CI_OP_JUMP:
		add_due(search, ci_le16(insn + CI_INSN_X));
		break;
	case CI_OP_SPLIT:
		add_due(search, ci_le16(insn + CI_INSN_X));
		add_due(search, ci_le16(insn + CI_INSN_Y));
		break;
	case CI_OP_ASSERT:
		if (condition_holds(search, insn[CI_INSN_ARG]))
			add_due(search, at + 1);
		break;
	case CI_OP_MATCH:
		search->matched = true;
		break;
	}
}

/* Execute all that is due at this byte, and what becomes due by it; the lowest is first. */
static bool run_at_byte(struct search *search, uint64_t *fuel)
{
	struct set *due = &search->due;

	while (due->used) {
		uint32_t word = (uint32_t)__builtin_ctz(due->used);
		uint32_t lowest = lowest_bit(due->words[word]);

		if (!ci_spend(fuel, 1))
			return false;
		due->words[word] &= ~lowest;
		if (due->words[word] == 0)
			due->used &= ~(1u << word);
		set_add(&search->done, word, lowest);
		execute(search, word * WORD_BITS + (uint32_t)__builtin_ctz(lowest));
	}
	return true;
}

/* Only for who asks, which is nobody while it matters how long this takes. */
static void report_executed(const struct search *search, uint32_t first_insn)
{
	for (uint32_t used = search->done.used; used != 0; used &= used - 1) {
		uint32_t word = (uint32_t)__builtin_ctz(used);

		for (uint32_t done = search->done.words[word]; done != 0; done &= done - 1) {
			uint32_t bit = (uint32_t)__builtin_ctz(done);

			groundstop_detail(first_insn + word * WORD_BITS + bit, 0);
		}
	}
}

/* What was next is due now, and so is the program's start: a match may begin anywhere. */
static void advance(struct search *search)
{
	search->due.used = search->next.used;
	for (uint32_t used = search->next.used; used != 0; used &= used - 1) {
		uint32_t word = (uint32_t)__builtin_ctz(used);

		search->due.words[word] = search->next.words[word];
	}
	search->done.used = 0;
	search->next.used = 0;
	add_due(search, 0);
}

bool ci_pattern_search(const struct ci_program *program, const uint8_t *classes,
                       const uint8_t *value, size_t size, uint64_t *fuel, bool *holds)
{
	struct search search;
	bool wants_details = groundstop_wants_details();

	search.insns = program->insns;
	search.classes = classes;
	search.value = value;
	search.size = size;
	search.matched = false;
	search.done.used = 0;
	search.next.used = 0;

	for (search.at = 0; search.at <= size && !search.matched; search.at++) {
		bool lasted;

		advance(&search);
		lasted = run_at_byte(&search, fuel);
		if (wants_details)
			report_executed(&search, program->first_insn);
		if (!lasted)
			return false;
	}
	*holds = search.matched;
	return true;
}
