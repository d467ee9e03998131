/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L /* strnlen */
#include "report.h"

#include <string.h>

#include "marks.h"

_Static_assert(GROUNDSTOP_MAX_OUTCOMES <= 8u, "a mask is one byte");
_Static_assert(GROUNDSTOP_MAX_ELEMENTS <= 65536u, "a touched element is 16 bits");

/* The driver and the runner hide everything else that they define. */
#define GS_EXPORT __attribute__((visibility("default")))

#define GS_PRIME_1 UINT64_C(0xa0761d6478bd642f)
#define GS_PRIME_2 UINT64_C(0xe7037ed1a0b428db)
#define GS_PRIME_3 UINT64_C(0x100000001b3)

static struct gs_report report;

void gs_report_reset(void)
{
	uint32_t i;

	for (i = 0; i < report.touched_count; i++)
		report.mask[report.touched[i]] = 0;
	report.touched_count = 0;
	report.stage = GROUNDSTOP_STAGE_NONE;
	report.outcome_size = 0;
	report.outcome_dropped = 0;
	report.finding_size = 0;
	report.elements_dropped = 0;
	report.tail = 0;
	report.fuel = 0;
	report.fuel_bound = 0;
	report.fuel_excess = 0;
}

const struct gs_report *gs_report_get(void)
{
	return &report;
}

/* Multiply to 128 bits and fold: every bit of a and b reaches every bit. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load_word(const uint8_t *bytes, size_t size)
{
	uint64_t word = 0;

	memcpy(&word, bytes, size);
	return word;
}

uint64_t gs_report_digest(void)
{
	uint64_t hash = fold((uint64_t)report.stage ^ GS_PRIME_1, report.outcome_size ^ GS_PRIME_2);
	const uint8_t *bytes = report.outcome;
	size_t left = report.outcome_size;

	for (; left >= 8; left -= 8, bytes += 8)
		hash = fold(hash ^ load_word(bytes, 8), GS_PRIME_1);
	if (left != 0)
		hash = fold(hash ^ load_word(bytes, left), GS_PRIME_1);
	if (report.outcome_dropped != 0)
		hash = fold(hash ^ report.tail, report.outcome_dropped ^ GS_PRIME_1);
	hash = fold(hash ^ GS_PRIME_2, GS_PRIME_1);
	return hash != 0 ? hash : 1;
}

GS_EXPORT void groundstop_report_stage(uint32_t stage)
{
	/* A stage that groundstop.h does not know says nothing. */
	if (stage <= GROUNDSTOP_STAGE_EVALUATED && stage > report.stage)
		report.stage = stage;
}

GS_EXPORT void groundstop_report_outcome(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	/* Once: another thread that reports, against the rules, must not move it meanwhile. */
	uint32_t used = __atomic_load_n(&report.outcome_size, __ATOMIC_RELAXED);
	size_t room = GS_REPORT_OUTCOME_CAPACITY - used;
	size_t kept = size < room ? size : room;

	if (kept != 0) {
		memcpy(report.outcome + used, bytes, kept);
		__atomic_store_n(&report.outcome_size, used + (uint32_t)kept, __ATOMIC_RELAXED);
	}
	report.outcome_dropped += size - kept;
	for (; kept < size; kept++)
		report.tail = (report.tail ^ bytes[kept]) * GS_PRIME_3 + 1;
}

GS_EXPORT void groundstop_report_element(uint32_t element, uint32_t outcome)
{
	if (!gs_mark(report.mask, report.touched, &report.touched_count, element, outcome))
		report.elements_dropped++;
}

static uint64_t add_to_the_top(uint64_t sum, uint64_t more)
{
	return more <= UINT64_MAX - sum ? sum + more : UINT64_MAX;
}

GS_EXPORT void groundstop_report_fuel(uint64_t spent, uint64_t bound)
{
	report.fuel = add_to_the_top(report.fuel, spent);
	report.fuel_bound = add_to_the_top(report.fuel_bound, bound);
	if (spent > bound && spent - bound > report.fuel_excess)
		report.fuel_excess = spent - bound;
}

GS_EXPORT void groundstop_report_finding(const char *message)
{
	static const char unnamed[] = "a check of the core, without a message";
	size_t size;

	if (report.finding_size != 0)
		return;
	if (message == NULL || *message == '\0')
		message = unnamed;
	size = strnlen(message, GROUNDSTOP_MAX_FINDING);
	memcpy(report.finding, message, size);
	report.finding_size = (uint32_t)size;
}
