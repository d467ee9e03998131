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

#include <stddef.h>
#include <stdint.h>

#include "groundstop.h"

#define GS_REPORT_OUTCOME_CAPACITY 65536u /* bytes kept of one input's outcome */

struct gs_report {
	uint32_t stage;            /* the furthest, enum groundstop_stage */
	uint32_t outcome_size;     /* bytes kept in outcome */
	uint64_t outcome_dropped;  /* bytes beyond the capacity */
	uint32_t touched_count;    /* elements in touched */
	uint32_t reserved;
	uint64_t elements_dropped; /* reports with a number or outcome over its limit */
	uint64_t tail;             /* digest of the dropped outcome bytes */
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

/*
 * 64 well-mixed bits over the stage and all outcome bytes, those beyond the
 * capacity included; how the bytes were split into calls does not matter.
 * Never 0.
 */
uint64_t gs_report_digest(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_REPORT_H */
