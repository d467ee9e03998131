/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - what a core reported about the input that runs now.
 *
 * The provider of groundstop.h's report functions, linked into the preloaded
 * driver and into the runner.  One report per process; the core reports from
 * one thread at a time.  Reset before each input, read after it.
 */
#ifndef GROUNDSTOP_DRIVER_REPORT_H
#define GROUNDSTOP_DRIVER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "groundstop.h"

#define GS_REPORT_OUTCOME_CAPACITY 65536u /* bytes kept of one input's outcome */

struct gs_report {
	uint32_t stage;            /* the furthest, enum groundstop_stage */
	uint32_t outcome_size;     /* bytes kept in outcome */
	uint64_t outcome_dropped;  /* bytes beyond the capacity */
	uint32_t touched_count;    /* elements in touched */
	uint32_t finding_size;     /* bytes kept in finding, 0 without a finding */
	uint64_t elements_dropped; /* reports with a number or outcome over its limit */
	uint64_t tail;             /* digest of the dropped outcome bytes */
	uint64_t fuel;             /* spent by all evaluations; this and the next stop at their top */
	uint64_t fuel_bound;       /* the sum of their bounds */
	uint64_t fuel_excess;      /* by how much the worst of them was over its own */
	char finding[GROUNDSTOP_MAX_FINDING]; /* no text's end */
	uint8_t outcome[GS_REPORT_OUTCOME_CAPACITY];
	/* The elements reported, each once, in the order of their first report. */
	uint16_t touched[GROUNDSTOP_MAX_ELEMENTS];
	/* Bit o of mask[e]: element e was reported with outcome o. */
	uint8_t mask[GROUNDSTOP_MAX_ELEMENTS];
};

#pragma GCC visibility push(hidden)

/* Forget the last input; work in proportion to what it reported. */
void gs_report_reset(void);

/* The report so far; always the same object. */
const struct gs_report *gs_report_get(void);

/* Whether the core itself says that something is wrong: a finding, or work over its bound. */
static inline bool gs_report_alarms(const struct gs_report *report)
{
	return (report->finding_size | report->fuel_excess) != 0;
}

/*
 * 64 well-mixed bits over the stage and all outcome bytes, those beyond the
 * capacity included, and over nothing else; how the bytes were split into calls
 * does not matter.  Never 0.
 */
uint64_t gs_report_digest(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_REPORT_H */
