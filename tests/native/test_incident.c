/* SPDX-License-Identifier: Apache-2.0 */
/*
 * July 19, 2024, one case for each run: test_incident WHAT HEAP.
 *
 * WHAT is load, wildcard, any, criterion or mismatch; HEAP is clean or dirty, which is
 * what the memory that becomes the array of values held before.  Prints the status of
 * the load, and that of the event with its count of matches.
 */
#include <groundstop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "files.h"

enum { IPC = 6, DECLARED = 21, LAST = 20, ANY = 0, EXACT = 1, RANGE = 6 };

int ci_fuzz_bundle(const uint8_t *data, size_t size);

/* As the definition has it, whatever the release supplies. */
static const struct {
	const char *name;
	enum ci_kind kind;
} last_input = { "first_message", CI_KIND_BYTES };

static enum ci_kind kind_of(uint32_t input)
{
	const struct ci_supplied_type *ipc = ci_find_supplied(IPC);

	return input < ipc->input_count ? ipc->inputs[input].kind : last_input.kind;
}

static struct file make_templates(void)
{
	const struct ci_supplied_type *ipc = ci_find_supplied(IPC);
	struct file templates = { 0 };
	size_t type;

	put_header(&templates, "GSTF", 1);
	type = templates.size;
	put_supplied_type(&templates, ipc);
	if (ipc->input_count < DECLARED) {
		set_number(&templates, type + 4, DECLARED, 2);
		put_number(&templates, last_input.kind, 1);
		put_number(&templates, strlen(last_input.name), 1);
		put(&templates, last_input.name, strlen(last_input.name));
	}
	seal(&templates);
	return templates;
}

static struct file make_channel(const char *what)
{
	static struct channel channel;
	uint32_t criteria = strcmp(what, "wildcard") == 0 ? LAST : DECLARED;

	put_instance(&channel, 291, IPC, DECLARED, criteria);
	for (uint32_t i = 0; i < criteria; i++) {
		if (i == LAST && strcmp(what, "any") == 0) {
			put_criterion(&channel, i, ANY, 0);
		} else if (kind_of(i) == CI_KIND_BYTES) {
			put_criterion(&channel, i, EXACT, 0);
			put_text(&channel, "x", 1);
		} else {
			put_criterion(&channel, i, RANGE, 0);
			put_number(&channel.instances, 1, 8);
			put_number(&channel.instances, 1, 8);
		}
	}
	return finish(&channel);
}

static struct file make_events(const char *what)
{
	struct file events = { 0 };

	put(&events, "GSEV", 4);
	put_number(&events, 1, 2);
	put_number(&events, strcmp(what, "load") == 0 ? 0 : 1, 2);
	put_number(&events, IPC, 4);
	put_number(&events, DECLARED, 2);
	for (uint32_t i = 0; i < DECLARED; i++) {
		put_number(&events, kind_of(i), 1);
		if (kind_of(i) == CI_KIND_BYTES) {
			put_number(&events, 1, 2);
			put_number(&events, i == 3 && strcmp(what, "mismatch") == 0 ? 'y' : 'x', 1);
		} else {
			put_number(&events, 1, 8);
		}
	}
	return events;
}

/* The block that malloc will give out for the pointers held this before. */
static void prepare_heap(uint8_t byte)
{
	volatile uint8_t *blocks[4];    /* or the compiler leaves out what nobody reads */
	size_t size = 168;              /* what an allocation of 20 pointers really gets */

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		blocks[i] = malloc(size);
		CHECK(blocks[i] != NULL);
		for (size_t at = 0; at < size; at++)
			blocks[i][at] = byte;
	}
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		free((void *)(uintptr_t)blocks[i]);
}

void groundstop_report_outcome(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	CHECK(size >= 3);
	if (bytes[0] == 'L')
		printf("load: %s\n", ci_status_name((enum ci_status)bytes[1]));
	else
		printf("event: %s, %u matches\n", ci_status_name((enum ci_status)bytes[1]), bytes[2]);
	fflush(stdout);
}

int main(int count, char **arguments)
{
	struct file bundle = { 0 }, templates, channel, events;

	CHECK_EQUAL(count, 3);
	templates = make_templates();
	channel = make_channel(arguments[1]);
	events = make_events(arguments[1]);
	put(&bundle, "GSBD", 4);
	put_number(&bundle, templates.size, 4);
	put_number(&bundle, channel.size, 4);
	put_number(&bundle, events.size, 4);
	put(&bundle, templates.data, templates.size);
	put(&bundle, channel.data, channel.size);
	put(&bundle, events.data, events.size);
	prepare_heap(strcmp(arguments[2], "dirty") == 0 ? 0xa5 : 0);
	CHECK_EQUAL(ci_fuzz_bundle(bundle.data, bundle.size), 0);
	drop(&bundle);
	drop(&templates);
	drop(&channel);
	drop(&events);
	return EXIT_SUCCESS;
}
