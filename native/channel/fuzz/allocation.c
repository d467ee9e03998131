/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry point that judges failing allocations, on a bundle.
 *
 * The bundle is loaded again and again: into a new sensor, and into one that has it
 * active already, where it loads at all.  Each time another allocation fails, alone or with
 * all that follow, until one would have to fail that nobody asks for.  Whichever it is: the
 * status is CI_NO_MEMORY, or the one that the load has anyway; what was active answers the
 * bundle's events as before, or the new content does where the load succeeded; every
 * byte is given back, in blocks of the size they were asked for; and the next load works.
 */
#include <groundstop.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "files.h"
#include "host.h"

/*
 * For an event here: all of them are evaluated some thirty times, and what tells the
 * contents apart shows early.  With the usual budget a bundle took half a minute.
 */
#define ENOUGH_FUEL 4096u

int ci_fuzz_allocation(const uint8_t *data, size_t size) __attribute__((visibility("default")));

/* The outcome of all events of a bundle. */
struct answers {
	size_t size;
	uint8_t bytes[FUZZ_MAX_EVENTS * FUZZ_MAX_ANSWER];
};

struct check {
	const struct fuzz_bundle *bundle;
	struct fuzz_host host;
	struct ci_sensor *sensor;
	uint64_t fail_at;               /* of the attempt under way; 0: of none */
	bool only_one;
	enum ci_status status;          /* of a load that nothing disturbs */
	struct ci_fault fault;
	struct answers *active;         /* with the bundle loaded */
	struct answers *empty;          /* with nothing loaded */
	struct answers *now;
	bool found;
};

static void complain(struct check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first complaint is the finding. */
static void complain(struct check *check, const char *format, ...)
{
	char what[128], message[256];
	va_list arguments;

	if (check->found)
		return;
	check->found = true;
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	if (check->fail_at == 0)
		snprintf(message, sizeof(message), "with no allocation failing, %s", what);
	else
		snprintf(message, sizeof(message), "with allocation %llu failing%s, %s",
		         (unsigned long long)check->fail_at,
		         check->only_one ? "" : " and all after it", what);
	groundstop_finding(message);
}

static void keep_answer(void *ctx, const struct fuzz_answer *answer)
{
	struct answers *answers = ctx;

	memcpy(answers->bytes + answers->size, answer->bytes, answer->size);
	answers->size += answer->size;
}

static void ask(const struct check *check, struct answers *answers)
{
	struct fuzz_events events = {
		.sensor = check->sensor,
		.cursor = check->bundle->events,
		.fuel = ENOUGH_FUEL,
		.answered = keep_answer,
		.ctx = answers,
	};

	answers->size = 0;
	fuzz_run_events(&events);
}

static void report_answers(const struct check *check)
{
	struct fuzz_events events = {
		.sensor = check->sensor,
		.cursor = check->bundle->events,
		.fuel = CI_FUEL_DEFAULT,
		.answered = fuzz_report_answer,
	};

	fuzz_run_events(&events);
}

static bool same(const struct answers *a, const struct answers *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static enum ci_status load(const struct check *check, struct ci_fault *fault)
{
	return fuzz_load(check->sensor, &check->bundle->templates, &check->bundle->channel, fault);
}

/* True when there is a sensor; a refusal is judged at once. */
static bool create(struct check *check)
{
	struct ci_host host = fuzz_host_interface(&check->host);
	enum ci_status status = ci_sensor_create(&host, &check->sensor);

	if (status == CI_OK)
		return true;
	if (status != CI_NO_MEMORY || check->host.failed == 0)
		complain(check, "ci_sensor_create returns %s", ci_status_name(status));
	if (check->sensor)
		complain(check, "ci_sensor_create fails and says that there is a sensor");
	check->sensor = NULL;
	return false;
}

/* The sensor goes, and everything must be back. */
static void destroy(struct check *check)
{
	ci_sensor_destroy(check->sensor);
	check->sensor = NULL;
	if (check->host.misuse)
		complain(check, "%s", check->host.misuse);
	if (check->host.live != 0)
		complain(check, "%zu bytes are still allocated after ci_sensor_destroy",
		         check->host.live);
	fuzz_host_close(&check->host);
	check->host.misuse = NULL;
}

/* Judge what a load returned while memory failed; `before` is what was active then. */
static void judge(struct check *check, enum ci_status status, const struct ci_fault *fault,
                  size_t live, const struct answers *before)
{
	bool expected = status == check->status || (status == CI_NO_MEMORY && check->host.failed);

	if (!expected)
		complain(check, "ci_load returns %s, not %s", ci_status_name(status),
		         ci_status_name(CI_NO_MEMORY));
	if (status == CI_NO_MEMORY && fault->file != CI_FILE_NONE)
		complain(check, "ci_load blames a file for missing memory");
	if (status == check->status && (fault->file != check->fault.file ||
	                                fault->offset != check->fault.offset))
		complain(check, "ci_load finds the fault elsewhere");
	if (status != CI_OK && check->host.live != live)
		complain(check, "a failed ci_load changes what is allocated by %lld bytes",
		         (long long)check->host.live - (long long)live);
	ask(check, check->now);
	if (!same(check->now, status == CI_OK ? check->active : before))
		complain(check, "ci_load returns %s, and then events are answered otherwise%s",
		         ci_status_name(status), status == CI_OK ? "" : " than before");
}

/* The sensor is as good as new. */
static void load_again(struct check *check)
{
	struct ci_fault fault;
	enum ci_status status;

	fuzz_host_arm(&check->host, 0, false);
	status = load(check, &fault);
	if (status != check->status)
		complain(check, "the next ci_load returns %s, not %s", ci_status_name(status),
		         ci_status_name(check->status));
	ask(check, check->now);
	if (!same(check->now, status == CI_OK ? check->active : check->empty))
		complain(check, "events are answered otherwise after the next ci_load");
}

/*
 * Load while memory fails; into a sensor that has the bundle active, or a new one.  False
 * when there was no allocation to fail.
 */
static bool attempt(struct check *check, bool over_content)
{
	struct ci_fault fault;
	enum ci_status status;
	bool failed;
	size_t live;

	fuzz_host_arm(&check->host, over_content ? 0 : check->fail_at, check->only_one);
	if (!create(check)) {
		destroy(check);
		return true;
	}
	if (over_content) {
		(void)load(check, &fault);
		fuzz_host_arm(&check->host, check->fail_at, check->only_one);
	}
	live = check->host.live;
	status = load(check, &fault);
	judge(check, status, &fault, live, over_content ? check->active : check->empty);
	failed = check->host.failed != 0;
	if (failed)
		load_again(check);
	destroy(check);
	return failed;
}

/* Each allocation in turn, until there is none to fail or something to tell. */
static void fail_each(struct check *check, bool only_one, bool over_content)
{
	check->only_one = only_one;
	check->fail_at = 1;
	while (!check->found && attempt(check, over_content))
		check->fail_at++;
}

/* Undisturbed, and reported as ci_fuzz_bundle does; false when even that fails. */
static bool observe(struct check *check)
{
	if (!create(check))
		return false;
	ask(check, check->empty);
	check->status = load(check, &check->fault);
	fuzz_report_load(check->status, &check->fault);
	if (check->status == CI_OK) {
		report_answers(check);
		ask(check, check->active);
	}
	destroy(check);
	return true;
}

int ci_fuzz_allocation(const uint8_t *data, size_t size)
{
	struct fuzz_bundle bundle;
	struct answers *answers;
	struct check check = { .bundle = &bundle, .status = CI_NO_MEMORY };

	if (!fuzz_open_bundle(data, size, &bundle))
		return -1;
	answers = malloc(3 * sizeof(*answers));
	if (!answers)
		return -1;
	check.active = &answers[0];
	check.empty = &answers[1];
	check.now = &answers[2];
	if (observe(&check)) {
		fail_each(&check, false, false);
		fail_each(&check, true, false);
	}
	if (check.status == CI_OK) {
		fail_each(&check, false, true);
		fail_each(&check, true, true);
	}
	free(answers);
	return check.status == CI_OK ? 0 : -1;
}
