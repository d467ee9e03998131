/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry point that lets allocations fail: it finds nothing in a sound interpreter.
 * Prints what it does find, and then ends well, when there is an argument.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "files.h"
#include "reported.h"

enum { FILE_WRITE = 4, EXACT = 1 };

int ci_fuzz_allocation(const uint8_t *data, size_t size);
int ci_fuzz_bundle(const uint8_t *data, size_t size);

/* Instance `id` matches file writes by `text`. */
static struct file bundle_for(uint32_t id, const char *text)
{
	static struct channel channel;
	struct file templates = release_templates(), events = events_of(2), file, bundle;

	put_instance(&channel, id, FILE_WRITE, ci_find_supplied(FILE_WRITE)->input_count, 1);
	put_criterion(&channel, 0, EXACT, 0);
	put_text(&channel, text, strlen(text));
	file = finish(&channel);
	put_event(&events, FILE_WRITE, 1);
	put_text_value(&events, "yes");
	put_event(&events, FILE_WRITE, 1);
	put_text_value(&events, "no");
	bundle = bundle_of(&templates, &file, &events);
	drop(&templates);
	drop(&file);
	drop(&events);
	return bundle;
}

static int run(int (*entry)(const uint8_t *, size_t), const struct file *bundle)
{
	forget_reports();
	return entry(guarded(0, bundle->data, bundle->size), bundle->size);
}

/* What the other entry point says of the bundle, this one says as well. */
static void check_sound(const struct file *bundle)
{
	struct file expected;
	uint32_t expected_stage;
	int returned = run(ci_fuzz_bundle, bundle);

	expected = outcome;
	expected_stage = stage;
	outcome = (struct file){ 0 };
	CHECK_EQUAL(run(ci_fuzz_allocation, bundle), returned);
	CHECK_EQUAL(stage, expected_stage);
	CHECK_EQUAL(outcome.size, expected.size);
	if (expected.size)
		CHECK_BYTES(outcome.data, expected.data, expected.size);
	CHECK_EQUAL(findings, 0);
	drop(&expected);
}

static void test_damage(void)
{
	struct file bundle = bundle_for(7, "yes"), part;

	check_sound(&bundle);
	for (size_t cut = 0; cut < bundle.size; cut += 7) {
		part = bundle;
		part.size = cut;
		check_context("cut at %zu", cut);
		check_sound(&part);
	}
	for (size_t at = 0; at < bundle.size; at++) {
		check_context("byte %zu", at);
		bundle.data[at] ^= 1;
		check_sound(&bundle);
		bundle.data[at] ^= 1;
	}
	check_context("%s", "");
	drop(&bundle);
}

int main(int argc, char **argv)
{
	struct file bundle = bundle_for(7, "yes");

	(void)argv;
	if (argc > 1) {
		CHECK_EQUAL(run(ci_fuzz_allocation, &bundle), 0);
		printf("%u: %s\n", findings, finding);
	} else {
		test_damage();
	}
	drop(&bundle);
	drop(&outcome);
	return EXIT_SUCCESS;
}
