/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: each operation, memory that fails, what ends a session, and damage. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "files.h"
#include "reported.h"

enum { FILE_WRITE = 4, EXACT = 1 };
enum { LOAD = 0, UNLOAD = 1, EVALUATE = 2 };

int ci_fuzz_session(const uint8_t *data, size_t size);

void groundstop_report_fuel(uint64_t spent, uint64_t bound)
{
	CHECK(spent <= bound);
}

static struct file session_of(uint32_t step_count)
{
	struct file session = { 0 };

	put(&session, "GSSN", 4);
	put_number(&session, 1, 2);
	put_number(&session, step_count, 2);
	return session;
}

static void put_step(struct file *session, uint32_t op, uint32_t fail_at)
{
	put_number(session, op, 1);
	put_number(session, fail_at, 4);
}

/* Content whose one instance matches file writes by "yes"; `damage` is of its first byte. */
static void put_load(struct file *session, uint32_t fail_at, uint32_t id, uint8_t damage)
{
	static struct channel channel;
	struct file templates = release_templates(), file;

	put_instance(&channel, id, FILE_WRITE, ci_find_supplied(FILE_WRITE)->input_count, 1);
	put_criterion(&channel, 0, EXACT, 0);
	put_text(&channel, "yes", 3);
	file = finish(&channel);
	file.data[0] ^= damage;
	put_step(session, LOAD, fail_at);
	put_number(session, templates.size, 4);
	put_number(session, file.size, 4);
	put(session, templates.data, templates.size);
	put(session, file.data, file.size);
	drop(&templates);
	drop(&file);
}

static void put_yes(struct file *session)
{
	put_step(session, EVALUATE, 1);         /* which asks for no memory */
	put_event(session, FILE_WRITE, 1);
	put_text_value(session, "yes");
}

static int run(const struct file *session)
{
	forget_reports();
	return ci_fuzz_session(guarded(0, session->data, session->size), session->size);
}

static void expect_load(struct file *expected, enum ci_status status, enum ci_file file)
{
	put_number(expected, 'L', 1);
	put_number(expected, status, 1);
	put_number(expected, file, 1);
}

/* id 0: no match. */
static void expect_event(struct file *expected, enum ci_status status, uint32_t id)
{
	put_number(expected, 'E', 1);
	put_number(expected, status, 1);
	put_number(expected, id ? 1 : 0, 4);
	if (id)
		put_number(expected, id, 4);
}

/* Run and drop both. */
static void check_session(struct file *session, struct file *expected, uint32_t expected_stage,
                          int returned)
{
	CHECK_EQUAL(run(session), returned);
	CHECK_EQUAL(stage, expected_stage);
	CHECK_EQUAL(findings, 0);
	CHECK_EQUAL(outcome.size, expected->size);
	if (expected->size)
		CHECK_BYTES(outcome.data, expected->data, expected->size);
	drop(session);
	drop(expected);
}

static struct file everything(struct file *expected)
{
	struct file session = session_of(13);

	put_yes(&session);
	expect_event(expected, CI_NO_CONTENT, 0);
	put_step(&session, UNLOAD, 0);
	put_number(expected, 'U', 1);
	put_load(&session, 0, 1, 0);
	expect_load(expected, CI_OK, CI_FILE_NONE);
	put_yes(&session);
	expect_event(expected, CI_OK, 1);
	for (uint32_t fail_at = 1; fail_at <= 4; fail_at++) {
		put_load(&session, fail_at, 2, 0);
		expect_load(expected, CI_NO_MEMORY, CI_FILE_NONE);
	}
	put_load(&session, 0, 2, 1);
	expect_load(expected, CI_BAD_MAGIC, CI_FILE_CHANNEL);
	put_yes(&session);
	expect_event(expected, CI_OK, 1);
	put_load(&session, 5, 3, 0);            /* one more than there are */
	expect_load(expected, CI_OK, CI_FILE_NONE);
	put_yes(&session);
	expect_event(expected, CI_OK, 3);
	put_step(&session, UNLOAD, 0);
	put_number(expected, 'U', 1);
	return session;
}

static void test_everything(void)
{
	struct file expected = { 0 }, session = everything(&expected);

	check_session(&session, &expected, GROUNDSTOP_STAGE_EVALUATED, 0);
}

/* Whatever is cut, changed or made up: nothing dies, and nothing is lost. */
static void test_damage(void)
{
	struct file ignored = { 0 }, session = everything(&ignored), part;

	for (size_t cut = 0; cut < session.size; cut += 3) {
		part = session;
		part.size = cut;
		check_context("cut at %zu", cut);
		run(&part);
		CHECK_EQUAL(findings, 0);
	}
	for (size_t at = 0; at < session.size; at++) {
		check_context("byte %zu", at);
		session.data[at] ^= 0x41;
		run(&session);
		CHECK_EQUAL(findings, 0);
		session.data[at] ^= 0x41;
	}
	check_context("%s", "");
	drop(&session);
	drop(&ignored);
}

static void test_no_session(void)
{
	struct file none = { 0 }, session = session_of(1), part;

	put_load(&session, 0, 1, 0);
	for (size_t size = 0; size < 8; size++) {
		part = session;
		part.size = size;
		CHECK_EQUAL(run(&part), -1);
		CHECK_EQUAL(outcome.size, 0);
	}
	session.data[4] ^= 2;                   /* version */
	check_session(&session, &none, GROUNDSTOP_STAGE_NONE, -1);
	session = session_of(0);
	put_load(&session, 0, 1, 0);
	check_session(&session, &none, GROUNDSTOP_STAGE_NONE, -1);
}

/* Refused content only, and no more than 256 steps of it. */
static void test_most_steps(void)
{
	struct file expected = { 0 }, session = session_of(300);

	for (uint32_t i = 0; i < 300; i++) {
		put_load(&session, 0, 1, 1);
		if (i < 256)
			expect_load(&expected, CI_BAD_MAGIC, CI_FILE_CHANNEL);
	}
	check_session(&session, &expected, GROUNDSTOP_STAGE_REJECTED, -1);
}

static void test_ends(void)
{
	struct file expected = { 0 }, session = session_of(3);

	put_load(&session, 0, 1, 0);
	expect_load(&expected, CI_OK, CI_FILE_NONE);
	put_step(&session, EVALUATE + 1, 0);    /* no such op */
	put_yes(&session);
	check_session(&session, &expected, GROUNDSTOP_STAGE_LOADED, 0);

	session = session_of(2);
	put_load(&session, 0, 1, 0);
	put_load(&session, 0, 2, 0);
	session.size--;                         /* cut off: not loaded at all */
	expect_load(&expected, CI_OK, CI_FILE_NONE);
	check_session(&session, &expected, GROUNDSTOP_STAGE_LOADED, 0);

	session = session_of(3);
	put_load(&session, 0, 1, 0);
	put_step(&session, EVALUATE, 0);
	put_event(&session, FILE_WRITE, 2);
	put_text_value(&session, "yes");
	put_number(&session, 9, 1);             /* no such kind: absent, and the last step */
	put_yes(&session);
	expect_load(&expected, CI_OK, CI_FILE_NONE);
	expect_event(&expected, CI_OK, 1);
	check_session(&session, &expected, GROUNDSTOP_STAGE_EVALUATED, 0);
}

/* With an argument: print what is found in a session that should show everything. */
int main(int argc, char **argv)
{
	struct file ignored = { 0 }, session = everything(&ignored);

	(void)argv;
	if (argc > 1) {
		CHECK_EQUAL(run(&session), 0);
		printf("%u: %s\n", findings, finding);
	} else {
		test_everything();
		test_no_session();
		test_most_steps();
		test_ends();
		test_damage();
	}
	drop(&session);
	drop(&ignored);
	drop(&outcome);
	return EXIT_SUCCESS;
}
