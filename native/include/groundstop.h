/* SPDX-License-Identifier: Apache-2.0 */
/*
 * groundstop.h - what a core or its harness may tell the framework.
 *
 * Nothing here is required.  The report functions are weak: a core that calls
 * them links and runs without Groundstop, and then they do nothing.  They are
 * provided by the preloaded driver while fuzzing and by the runner while
 * replaying; both forget everything between two inputs.  Details are provided
 * by the runner only.
 *
 * A core that reports nothing is still fuzzed; what it loses is the share of
 * inputs that got past loading, Python oracles on new outcomes, content
 * coverage, and a bound on the work that content may cause.
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
/* Bytes kept of a finding's message, without its end. */
#define GROUNDSTOP_MAX_FINDING 255u

/* Implemented by the framework; call the inline wrappers below instead. */
void groundstop_report_stage(uint32_t stage) __attribute__((weak));
void groundstop_report_outcome(const void *data, size_t size) __attribute__((weak));
void groundstop_report_element(uint32_t element, uint32_t outcome) __attribute__((weak));
void groundstop_report_fuel(uint64_t spent, uint64_t bound) __attribute__((weak));
void groundstop_report_finding(const char *message) __attribute__((weak));
void groundstop_report_detail(uint32_t detail, uint32_t outcome) __attribute__((weak));

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

/*
 * One evaluation spent `spent` units of work (steps, instructions; the core
 * chooses) where it declares for this content and this event at most `bound`.
 * Both are added up over the calls of an input, and the worst excess is kept.
 * No part of the outcome: another release may do the same with more work.
 */
static inline void groundstop_fuel(uint64_t spent, uint64_t bound)
{
	if (groundstop_report_fuel)
		groundstop_report_fuel(spent, bound);
}

/*
 * A check in C says that this input shows a bug, and which one.  The first
 * message of an input counts; the run goes on.
 */
static inline void groundstop_finding(const char *message)
{
	if (groundstop_report_finding)
		groundstop_report_finding(message);
}

/*
 * Whether anybody listens to details: only when an input is replayed, so that
 * what is too fine to be reported for every input costs a campaign one compare.
 */
static inline int groundstop_wants_details(void)
{
	return groundstop_report_detail ? 1 : 0;
}

/*
 * As groundstop_element, for parts finer than elements (the instructions of a
 * criterion's program), numbered apart from them and with the same limits.
 */
static inline void groundstop_detail(uint32_t detail, uint32_t outcome)
{
	if (groundstop_report_detail)
		groundstop_report_detail(detail, outcome);
}

#ifdef __cplusplus
}
#endif

#endif /* GROUNDSTOP_H */
