/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver.h - what the preloaded driver offers to the Python that drives it.
 *
 * The driver stands between Atheris and libFuzzer: it exports
 * LLVMFuzzerRunDriver, hands every input natively to the core's entry point and
 * calls Atheris' callback (Python) only when there is something to say: for an
 * outcome not seen before, and for a sample, both within a share of the time;
 * and always when the core itself reports a finding or work over its bound.
 * Without an entry point every input goes to Atheris' callback.
 *
 * Preload order: driver, the sanitizer runtime that holds libFuzzer, mutator.
 *
 * Environment:
 *   GROUNDSTOP_STATS     path of a file that all processes of a campaign share
 *                        (struct groundstop_stats, then what only the driver
 *                        reads); each process for itself when unset
 *   GROUNDSTOP_CONTENT_COUNTERS  1: what is new in content coverage is kept by
 *                        libFuzzer as new edges are, for cores that report elements
 *   GROUNDSTOP_TIMEOUT   the seconds that an input may take, or `adaptive` (hang.h);
 *                        libFuzzer's -timeout when unset
 *   GROUNDSTOP_LIFELINE  number of an inherited descriptor; when its other end
 *                        closes, the process dies at once
 */
#ifndef GROUNDSTOP_DRIVER_H
#define GROUNDSTOP_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "report.h"

#define GROUNDSTOP_DRIVER_VERSION 2

/* libFuzzer's convention: -1 asks not to keep the input. */
typedef int (*groundstop_entry)(const uint8_t *data, size_t size);

#define GROUNDSTOP_STATS_MAGIC UINT64_C(0x3153544154535347) /* "GSSTATS1" */

#define GROUNDSTOP_STATS_OPERATORS 32u

/*
 * Numbers of one campaign, all processes added up.  Processes add what they
 * gathered about once a millisecond and before they end.
 */
struct groundstop_stats {
	uint64_t magic;        /* GROUNDSTOP_STATS_MAGIC once a process has run an input */
	uint64_t silent;       /* inputs whose core reported no stage */
	uint64_t rejected;     /* inputs by the furthest stage reported */
	uint64_t loaded;
	uint64_t evaluated;
	uint64_t not_kept;     /* inputs for which the entry point returned -1 */
	uint64_t python_calls;
	uint64_t python_ns;    /* spent in Atheris' callback */
	uint64_t busy_ns;      /* from each process' first input to its last, Python included */
	uint64_t digests;      /* distinct outcomes that Python was asked about */
	uint64_t processes;    /* that ran at least one input */
	int64_t allowance_ns;  /* Python time for new outcomes beyond the share, what is left */
	uint64_t edges;        /* distinct edges covered */
	uint64_t slowest_ns;   /* that an input took which returned, where that is long */
	uint64_t hang_ns;      /* the limit over which the last input was that did not; 0: none */
	uint64_t concluded;    /* processes that libFuzzer ended because it was done */
	uint64_t reserved[16]; /* zero */
	/* For each operator of a preloaded mutator (mutator.h), by its number: */
	uint64_t operator_inputs[GROUNDSTOP_STATS_OPERATORS];   /* made with it last */
	uint64_t operator_features[GROUNDSTOP_STATS_OPERATORS]; /* first covered by those */
};

_Static_assert(sizeof(struct groundstop_stats) == 768, "Python reads the same layout");

/* GROUNDSTOP_DRIVER_VERSION of the library that is loaded. */
int groundstop_driver_version(void);

/*
 * Run every input through `entry`; NULL: through Atheris' callback only.
 * Before LLVMFuzzerRunDriver.
 */
void groundstop_driver_set_entry(groundstop_entry entry);

/*
 * Let Python have `share` of the time, 0 (called for no more than what the core
 * itself finds wrong) to 1 (for every input).  The default is 0.1.  New outcomes
 * come first; what they leave goes to samples.
 */
void groundstop_driver_set_share(double share);

/* What the core reported about the input that runs now, and the entry's result. */
const struct gs_report *groundstop_driver_report(void);
int groundstop_driver_returned(void);

/*
 * Run `entry` on an exact-size copy of the input, with a report of its own.
 * An access one byte beyond the copy is the sanitizer's to find, also when size
 * is 0.  Returns what the entry returned; 0 without running when there is no
 * memory for the copy.
 */
int groundstop_driver_execute(groundstop_entry entry, const uint8_t *data, size_t size);

/* From Atheris' callback, without an entry point: do not keep this input. */
void groundstop_driver_discard(void);

#endif /* GROUNDSTOP_DRIVER_H */
