/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner - replays inputs in a core, in a process that may die of it.
 *
 *   runner CORE ENTRY REQUESTS RESPONSES ARENA REPORT MEMORY_MB
 *
 * CORE is a shared object, ENTRY the name of its entry point, the next four are
 * inherited file descriptors: the two pipes and the arena of runner_protocol.h, and
 * the file that sanitizers report to.  Started by groundstop.replay, of no use by
 * hand.
 *
 * Standard input, output and error belong to the core: nothing that it does to them
 * is taken for an answer.  The parent listens to the arena, to a pipe with a high
 * number, and to the process' end.
 */
#include "runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

_Static_assert(GS_BLOB_LIMIT >= GS_REPORT_OUTCOME_CAPACITY +
                                       sizeof(uint32_t) * GROUNDSTOP_MAX_ELEMENTS *
                                               GROUNDSTOP_MAX_OUTCOMES,
               "one report fits");

static struct gs_runner runner;

/* Copy the report on one input to its record; blob_used grows by what follows it. */
static void record(uint32_t index, int returned, size_t *blob_used)
{
	const struct gs_report *report = gs_report_get();
	struct gs_record *to = &runner.arena->records[index];
	uint8_t *blob = runner.blobs + *blob_used;
	uint32_t count = 0;
	uint32_t i;

	memcpy(blob, report->outcome, report->outcome_size);
	blob += report->outcome_size;
	for (i = 0; i < report->touched_count; i++) {
		uint32_t element = report->touched[i];
		uint32_t outcome;

		for (outcome = 0; outcome < GROUNDSTOP_MAX_OUTCOMES; outcome++) {
			uint32_t code = element * GROUNDSTOP_MAX_OUTCOMES + outcome;

			if ((report->mask[element] >> outcome & 1) == 0)
				continue;
			memcpy(blob, &code, sizeof(code));
			blob += sizeof(code);
			count++;
		}
	}
	*to = (struct gs_record){
		.returned = returned,
		.stage = report->stage,
		.outcome_size = report->outcome_size,
		.element_count = count,
		.elements_dropped = report->elements_dropped,
	};
	*blob_used = (size_t)(blob - runner.blobs);
}

/* A core built by another compiler may have an entry point of a compatible type. */
__attribute__((no_sanitize("function"))) static int call_core(const uint8_t *data, size_t size)
{
	return runner.entry(data, size);
}

static void run_one(uint32_t index, const uint8_t *bytes, size_t size, size_t *blob_used)
{
	uint8_t *input = gs_input_take(bytes, size);
	int returned;

	if (input == NULL)
		gs_death_end("out-of-memory");
	gs_report_reset();
	gs_death_running(true);
	returned = call_core(input, size);
	if (!gs_death_is_ours())
		_exit(0);
	gs_death_running(false);
	if (memcmp(input, bytes, size) != 0)
		gs_death_end("overwrites-const-input");
	record(index, returned, blob_used);
	gs_input_release(input, size);
}

/* Run inputs until all are done or another record might not fit; return how many. */
static uint32_t run_batch(uint32_t count)
{
	const uint8_t *bytes = runner.inputs;
	size_t blob_used = 0;
	uint32_t i;

	for (i = 0; i < count && runner.arena->blob_size - blob_used >= GS_BLOB_LIMIT; i++) {
		__atomic_store_n(&runner.arena->current, i, __ATOMIC_RELEASE);
		run_one(i, bytes, runner.sizes[i], &blob_used);
		bytes += runner.sizes[i];
		__atomic_store_n(&runner.arena->done, i + 1, __ATOMIC_RELEASE);
	}
	return i;
}

_Noreturn static void lose(void)
{
	runner.arena->state = GS_STATE_LOST;
	_exit(GS_EXIT_DEATH);
}

_Noreturn static void serve(void)
{
	struct gs_request request;

	for (;;) {
		ssize_t size = read(runner.requests, &request, sizeof(request));

		if (size == 0)
			exit(0); /* not _exit: a coverage build writes its profile now */
		if (size < 0 && errno == EINTR)
			continue;
		if (size != (ssize_t)sizeof(request) || request.count > GS_MAX_BATCH)
			lose();
		request.count = run_batch(request.count);
		if (write(runner.responses, &request, sizeof(request)) != (ssize_t)sizeof(request))
			lose();
	}
}

int main(int argc, char **argv)
{
	int status;

	if (argc != GS_ARG_COUNT) {
		fputs("runner: started by groundstop.replay, not by hand\n", stderr);
		return 2;
	}
	status = gs_setup(&runner, argv);
	if (status != 0)
		return status;
	runner.arena->state = GS_STATE_READY;
	if (write(runner.responses, &(struct gs_request){0}, sizeof(struct gs_request)) < 0)
		lose();
	serve();
}
