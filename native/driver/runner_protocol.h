/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner_protocol.h - what the runner and groundstop.replay share.
 *
 * The two share one memory file, the arena, laid out as below; its Python half
 * is harness/groundstop/replay/_arena.py.  A request is a struct gs_request in
 * the request pipe, its answer a struct gs_answer in the response pipe, sent when
 * arena.done inputs have been run.  Because progress and finished records lie in
 * shared memory, they survive any death of the runner, and arena.current names
 * the input that was running.
 *
 * All integers are in the machine's own byte order: both ends are on it.
 */
#ifndef GROUNDSTOP_RUNNER_PROTOCOL_H
#define GROUNDSTOP_RUNNER_PROTOCOL_H

#include <stdint.h>

#include "groundstop.h"

#define GS_ARENA_MAGIC UINT64_C(0x32304e5552445347) /* "GSDRUN02" */
#define GS_MAX_BATCH 4096u     /* inputs of one request */
#define GS_MESSAGE_SIZE 65536u /* bytes of last words */
#define GS_EXIT_DEATH 77       /* exit status after a report was written */
#define GS_ENTRY_SIZE 244u     /* bytes of an entry point's name, its end included */
#define GS_NO_ENTRY UINT32_MAX /* answered when the core has no such entry point */

/* What one record's blobs can take; the blob area is at least as large. */
#define GS_BLOB_LIMIT \
	(65536u + 2u * 4u * GROUNDSTOP_MAX_ELEMENTS * GROUNDSTOP_MAX_OUTCOMES + \
	 GROUNDSTOP_MAX_FINDING)

enum gs_arena_state {
	GS_STATE_STARTING = 0,
	GS_STATE_READY = 1,  /* the core is loaded, requests are answered */
	GS_STATE_FAILED = 2, /* the core cannot be used; message says why */
	GS_STATE_LOST = 3,   /* the core closed the runner's descriptors */
};

struct gs_request {
	uint32_t number;           /* the answer carries the same */
	uint32_t count;            /* inputs */
	int32_t fill;              /* what fresh memory holds, 0..255; -1: whatever it does */
	char entry[GS_ENTRY_SIZE]; /* ends with a 0; empty: the one the core was loaded for */
};

struct gs_answer {
	uint32_t number;
	uint32_t count; /* inputs that were run, or GS_NO_ENTRY */
};

/*
 * One input's outcome.  In the blob area follow: its outcome bytes, elements,
 * details, and what it says is wrong.
 */
struct gs_record {
	int32_t returned;
	uint32_t stage;
	uint32_t outcome_size;  /* bytes */
	uint32_t element_count; /* uint32_t each: element * GROUNDSTOP_MAX_OUTCOMES + outcome */
	uint32_t detail_count;  /* as elements */
	uint32_t finding_size;  /* bytes */
	uint64_t elements_dropped;
	uint64_t fuel;
	uint64_t fuel_bound;
	uint64_t fuel_excess;
	uint64_t stack; /* bytes used, 0 when that was not measured */
};

/* Written by the runner.  Begins the arena. */
struct gs_arena {
	uint64_t magic;        /* by the parent, before the runner starts */
	uint64_t input_size;   /* bytes of the input area, by the parent */
	uint64_t blob_size;    /* bytes of the blob area, by the parent */
	uint32_t state;        /* enum gs_arena_state */
	uint32_t current;      /* index of the input that runs */
	uint32_t done;         /* records that are complete */
	uint32_t message_size; /* bytes of message that are valid */
	uint8_t reserved[24];
	char message[GS_MESSAGE_SIZE];
	uint8_t padding[4096 - 64]; /* the next area begins at a page */
	struct gs_record records[GS_MAX_BATCH];
	/* then: blob area (blob_size bytes); from here on only read by the runner:
	   uint32_t sizes[GS_MAX_BATCH], input area: the inputs one after another */
};

_Static_assert(sizeof(struct gs_request) == 256, "as in _call.py");
_Static_assert(sizeof(struct gs_record) == 64, "as in _arena.py");
_Static_assert(sizeof(struct gs_arena) == 4096 + 65536 + 64 * 4096, "as in _arena.py");

#endif /* GROUNDSTOP_RUNNER_PROTOCOL_H */
