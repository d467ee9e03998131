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
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(GS_BLOB_LIMIT >= GS_REPORT_OUTCOME_CAPACITY +
                                       2 * sizeof(uint32_t) * GROUNDSTOP_MAX_ELEMENTS *
                                               GROUNDSTOP_MAX_OUTCOMES +
                                       GROUNDSTOP_MAX_FINDING,
               "one report fits");

static struct gs_runner runner;

/* Write a code for each number and each of its outcomes; return how many. */
static uint32_t copy_marks(uint8_t *to, const uint8_t *mask, const uint16_t *touched,
                           uint32_t touched_count)
{
	uint32_t count = 0;
	uint32_t i;

	for (i = 0; i < touched_count; i++) {
		uint32_t outcome;

		for (outcome = 0; outcome < GROUNDSTOP_MAX_OUTCOMES; outcome++) {
			uint32_t code = touched[i] * GROUNDSTOP_MAX_OUTCOMES + outcome;

			if ((mask[touched[i]] >> outcome & 1) == 0)
				continue;
			memcpy(to + sizeof(code) * count, &code, sizeof(code));
			count++;
		}
	}
	return count;
}

/* Copy the report on one input to its record; blob_used grows by what follows it. */
static void record(uint32_t index, int returned, size_t stack, size_t *blob_used)
{
	const struct gs_report *report = gs_report_get();
	const struct gs_details *details = gs_details_get();
	struct gs_record *to = &runner.arena->records[index];
	uint8_t *blob = runner.blobs + *blob_used;
	uint32_t elements;
	uint32_t marks;

	memcpy(blob, report->outcome, report->outcome_size);
	blob += report->outcome_size;
	elements = copy_marks(blob, report->mask, report->touched, report->touched_count);
	blob += sizeof(uint32_t) * elements;
	marks = copy_marks(blob, details->mask, details->touched, details->touched_count);
	blob += sizeof(uint32_t) * marks;
	memcpy(blob, report->finding, report->finding_size);
	blob += report->finding_size;
	*to = (struct gs_record){
		.returned = returned,
		.stage = report->stage,
		.outcome_size = report->outcome_size,
		.element_count = elements,
		.detail_count = marks,
		.finding_size = report->finding_size,
		.elements_dropped = report->elements_dropped,
		.fuel = report->fuel,
		.fuel_bound = report->fuel_bound,
		.fuel_excess = report->fuel_excess,
		.stack = stack,
	};
	*blob_used = (size_t)(blob - runner.blobs);
}

static void run_one(uint32_t index, const uint8_t *bytes, size_t size, size_t *blob_used)
{
	uint8_t *input = gs_input_take(bytes, size);
	size_t stack;
	int returned;

	if (input == NULL)
		gs_death_end("out-of-memory");
	gs_report_reset();
	gs_details_reset();
	gs_death_running(true);
	returned = gs_entry_call(runner.entry, runner.fill, input, size, &stack);
	if (!gs_death_is_ours())
		_exit(0);
	gs_death_running(false);
	if (memcmp(input, bytes, size) != 0)
		gs_death_end("overwrites-const-input");
	record(index, returned, stack, blob_used);
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

/* The answer's count. */
static uint32_t serve_one(const struct gs_request *request)
{
	if (request->count > GS_MAX_BATCH || request->fill > UINT8_MAX ||
	    memchr(request->entry, '\0', sizeof(request->entry)) == NULL)
		lose();
	runner.fill = request->fill;
	runner.entry = gs_entry_named(request->entry);
	return runner.entry != NULL ? run_batch(request->count) : GS_NO_ENTRY;
}

_Noreturn static void serve(void)
{
	struct gs_request request;
	struct gs_answer answer;

	for (;;) {
		ssize_t size = read(runner.requests, &request, sizeof(request));

		if (size == 0)
			exit(0); /* not _exit: a coverage build writes its profile now */
		if (size < 0 && errno == EINTR)
			continue;
		if (size != (ssize_t)sizeof(request))
			lose();
		answer.number = request.number;
		answer.count = serve_one(&request);
		if (write(runner.responses, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
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
	if (write(runner.responses, &(struct gs_answer){0}, sizeof(struct gs_answer)) < 0)
		lose();
	serve();
}
