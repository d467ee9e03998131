/* SPDX-License-Identifier: Apache-2.0 */
/*
 * groundstop.h - what a core or its harness may tell the framework.
 *
 * Nothing here is required.  The three report functions are weak: a core that
 * calls them links and runs without Groundstop, and then they do nothing.
 * They are provided by the preloaded driver while fuzzing and by the runner
 * while replaying; both forget everything between two inputs.
 *
 * A core that reports nothing is still fuzzed; what it loses is the share of
 * inputs that got past loading, Python oracles on new outcomes, and content
 * coverage.
 */
#ifndef GROUNDSTOP_H
#define GROUNDSTOP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far one input got.  The furthest stage reported for an input counts. */
enum groundstop_stage {
	GROUNDSTOP_STAGE_NONE = 0,      /* nothing was reported */
	GROUNDSTOP_STAGE_REJECTED = 1,  /* refused, as a damaged file should be */
	GROUNDSTOP_STAGE_LOADED = 2,    /* accepted, but no event was evaluated */
	GROUNDSTOP_STAGE_EVALUATED = 3, /* evaluated against at least one event */
};

/* Elements with a number at or over this one are dropped (and counted). */
#define GROUNDSTOP_MAX_ELEMENTS 65536u
/* Outcomes of an element are 0 .. GROUNDSTOP_MAX_OUTCOMES-1. */
#define GROUNDSTOP_MAX_OUTCOMES 8u

/* Implemented by the framework; call the inline wrappers below instead. */
void groundstop_report_stage(uint32_t stage) __attribute__((weak));
void groundstop_report_outcome(const void *data, size_t size) __attribute__((weak));
void groundstop_report_element(uint32_t element, uint32_t outcome) __attribute__((weak));

static inline void groundstop_stage(enum groundstop_stage stage)
{
	if (groundstop_report_stage)
		groundstop_report_stage((uint32_t)stage);
}

/*
 * Append bytes to this input's outcome: status codes, matches, whatever two
 * correct runs of the same input must agree on.  Never addresses or times.
 * The digest of the whole decides whether Python looks at the input.
 */
static inline void groundstop_outcome(const void *data, size_t size)
{
	if (groundstop_report_outcome)
		groundstop_report_outcome(data, size);
}

/*
 * Content coverage: element number `element` of the content (a criterion, a
 * rule, an instruction; the target numbers them) was evaluated with `outcome`
 * (for a criterion 0 = did not match, 1 = matched).
 */
static inline void groundstop_element(uint32_t element, uint32_t outcome)
{
	if (groundstop_report_element)
		groundstop_report_element(element, outcome);
}

#ifdef __cplusplus
}
#endif

#endif /* GROUNDSTOP_H */
