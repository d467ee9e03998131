/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry point for sequences: loads, unloads and events on one sensor, in any order,
 * with memory that fails where the input says so.  Whether the answers are right is
 * for a model to say; that no memory is lost is said here.
 */
#include <groundstop.h>
#include <stdio.h>
#include <string.h>

#include "events.h"
#include "files.h"
#include "host.h"

#define MAX_STEPS 256u

int ci_fuzz_session(const uint8_t *data, size_t size) __attribute__((visibility("default")));

enum step { STEP_LOAD = 0, STEP_UNLOAD = 1, STEP_EVALUATE = 2 };

struct session {
	struct fuzz_host host;
	struct fuzz_events events;      /* and so sensor and cursor */
	bool loaded;                    /* something, at least once */
};

/* False when the step is cut off. */
static bool load(struct session *session)
{
	struct ci_cursor *cursor = &session->events.cursor;
	struct ci_cursor templates, channel;
	uint32_t templates_size, channel_size;
	struct ci_fault fault;
	enum ci_status status;

	if (!ci_take_u32(cursor, &templates_size) || !ci_take_u32(cursor, &channel_size))
		return false;
	templates = fuzz_take_part(cursor, templates_size);
	channel = fuzz_take_part(cursor, channel_size);
	if (templates.end < templates_size || channel.end < channel_size)
		return false;
	status = fuzz_load(session->events.sensor, &templates, &channel, &fault);
	fuzz_report_load(status, &fault);
	session->loaded = session->loaded || status == CI_OK;
	return true;
}

static bool unload(struct session *session)
{
	ci_unload(session->events.sensor);
	groundstop_outcome("U", 1);
	return true;
}

/* False when it was the last. */
static bool run_step(struct session *session)
{
	uint32_t fail_at;
	uint8_t op;

	if (!ci_take_u8(&session->events.cursor, &op) ||
	    !ci_take_u32(&session->events.cursor, &fail_at))
		return false;
	fuzz_host_arm(&session->host, fail_at, false);
	switch (op) {
	case STEP_LOAD:
		return load(session);
	case STEP_UNLOAD:
		return unload(session);
	case STEP_EVALUATE:
		return fuzz_run_event(&session->events);
	default:
		return false;
	}
}

static void judge(struct fuzz_host *host)
{
	char message[96];

	if (host->misuse)
		groundstop_finding(host->misuse);
	if (host->live != 0) {
		snprintf(message, sizeof(message),
		         "%zu bytes are still allocated after ci_sensor_destroy", host->live);
		groundstop_finding(message);
	}
	fuzz_host_close(host);
}

int ci_fuzz_session(const uint8_t *data, size_t size)
{
	struct session session = {
		.events = { .fuel = CI_FUEL_DEFAULT, .answered = fuzz_report_answer },
	};
	struct ci_cursor *cursor = &session.events.cursor;
	struct ci_host host = fuzz_host_interface(&session.host);
	uint16_t version, step_count;
	const uint8_t *magic;

	*cursor = fuzz_open_input(data, size);
	if (!ci_take_bytes(cursor, 4, &magic) || memcmp(magic, "GSSN", 4) != 0 ||
	    !ci_take_u16(cursor, &version) || version != 1 || !ci_take_u16(cursor, &step_count) ||
	    ci_sensor_create(&host, &session.events.sensor) != CI_OK)
		return -1;
	if (step_count > MAX_STEPS)
		step_count = MAX_STEPS;
	for (uint32_t i = 0; i < step_count && run_step(&session); i++)
		;
	fuzz_close_events(&session.events);
	ci_sensor_destroy(session.events.sensor);
	judge(&session.host);
	return session.loaded ? 0 : -1;
}
