/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include "files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define SLOTS 64
#define SLOT_SIZE ((size_t)17 << 20)    /* over CI_MAX_FILE; pages come when touched */
#define DIRT 0xa5                       /* what fresh memory holds */

void put(struct file *file, const void *bytes, size_t size)
{
	if (file->size + size > file->capacity) {
		file->capacity = 2 * (file->size + size) + 64;
		file->data = realloc(file->data, file->capacity);
		CHECK(file->data != NULL);
	}
	if (size > 0)
		memcpy(file->data + file->size, bytes, size);
	file->size += size;
}

void set_number(struct file *file, size_t at, uint64_t number, uint32_t size)
{
	CHECK(at + size <= file->size);
	for (uint32_t i = 0; i < size; i++)
		file->data[at + i] = (uint8_t)(number >> 8 * i & 0xff);
}

void put_number(struct file *file, uint64_t number, uint32_t size)
{
	const uint8_t room[8] = { 0 };

	put(file, room, size);
	set_number(file, file->size - size, number, size);
}

void drop(struct file *file)
{
	free(file->data);
	*file = (struct file){ 0 };
}

/* From the definition, bit by bit, and so not the interpreter's own. */
static uint32_t crc32_of(const uint8_t *data, size_t size)
{
	static uint32_t table[256];
	uint32_t crc = 0xffffffffu;

	for (uint32_t byte = 0; byte < 256 && !table[255]; byte++) {
		table[byte] = byte;
		for (int bit = 0; bit < 8; bit++)
			table[byte] = table[byte] >> 1 ^ (table[byte] & 1 ? 0xedb88320u : 0);
	}
	for (size_t i = 0; i < size; i++)
		crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff];
	return ~crc;
}

void put_header(struct file *file, const char *magic, uint32_t count)
{
	put(file, magic, 4);
	put_number(file, CI_FORMAT_VERSION, 2);
	put_number(file, count, 2);
	put_number(file, 0, 4);
}

void reseal(struct file *file)
{
	if (file->size >= 12)
		set_number(file, 8, file->size, 4);
	if (file->size >= 16)
		set_number(file, file->size - 4, crc32_of(file->data, file->size - 4), 4);
}

void seal(struct file *file)
{
	put_number(file, 0, 4);
	reseal(file);
}

static void put_name(struct file *file, const char *name)
{
	put_number(file, strlen(name), 1);
	put(file, name, strlen(name));
}

void put_supplied_type(struct file *templates, const struct ci_supplied_type *type)
{
	put_number(templates, type->type_id, 4);
	put_number(templates, type->input_count, 2);
	put_name(templates, type->name);
	for (uint32_t i = 0; i < type->input_count; i++) {
		put_number(templates, type->inputs[i].kind, 1);
		put_name(templates, type->inputs[i].name);
	}
}

void put_type(struct file *templates, uint32_t type_id, uint32_t input_count, enum ci_kind kind)
{
	put_number(templates, type_id, 4);
	put_number(templates, input_count, 2);
	put_name(templates, "t");
	for (uint32_t i = 0; i < input_count; i++) {
		put_number(templates, kind, 1);
		put_name(templates, "i");
	}
}

struct file release_templates(void)
{
	const struct ci_release *release = ci_release();
	struct file templates = { 0 };

	put_header(&templates, "GSTF", release->type_count);
	for (uint32_t i = 0; i < release->type_count; i++)
		put_supplied_type(&templates, &release->types[i]);
	seal(&templates);
	return templates;
}

void put_class(struct channel *channel, const char *members)
{
	uint8_t bitmap[32] = { 0 };

	for (; *members; members++) {
		uint8_t byte = (uint8_t)*members;

		bitmap[byte / 8] = (uint8_t)(bitmap[byte / 8] | 1 << byte % 8);
	}
	put(&channel->classes, bitmap, sizeof(bitmap));
}

void put_instance(struct channel *channel, uint32_t instance_id, uint32_t type_id,
                  uint32_t input_count, uint32_t criterion_count)
{
	struct file *file = &channel->instances;

	CHECK(channel->instance_count <= CI_MAX_INSTANCES);
	channel->instance_starts[channel->instance_count++] = (uint32_t)file->size;
	put_number(file, instance_id, 4);
	put_number(file, type_id, 4);
	put_number(file, input_count, 2);
	put_number(file, criterion_count, 2);
	put_number(file, 3, 1);         /* severity: high */
	put_number(file, 0, 1);
	put_name(file, "n");
}

void put_criterion(struct channel *channel, uint32_t input, uint32_t kind, uint32_t flags)
{
	put_number(&channel->instances, input, 2);
	put_number(&channel->instances, kind, 1);
	put_number(&channel->instances, flags, 1);
}

void put_text(struct channel *channel, const void *bytes, size_t size)
{
	put_number(&channel->instances, size, 2);
	put(&channel->instances, bytes, size);
}

void put_program(struct channel *channel, const struct insn *insns, uint32_t insn_count)
{
	struct file *file = &channel->programs;

	CHECK(channel->program_count <= CI_MAX_PROGRAMS);
	channel->program_starts[channel->program_count++] = (uint32_t)file->size;
	put_number(file, insn_count, 2);
	put_number(file, 0, 2);
	for (uint32_t i = 0; i < insn_count; i++) {
		put_number(file, insns[i].op, 1);
		put_number(file, insns[i].arg, 1);
		put_number(file, insns[i].x, 2);
		put_number(file, insns[i].y, 2);
	}
}

struct file finish(struct channel *channel)
{
	struct file file = { 0 };
	size_t start;

	put_header(&file, "GSCF", channel->instance_count);
	put_number(&file, 291, 4);
	put_number(&file, channel->program_count, 2);
	put_number(&file, channel->classes.size / 32, 2);
	start = file.size + 4 * (size_t)(channel->instance_count + channel->program_count) +
	        channel->classes.size;
	for (uint32_t i = 0; i < channel->instance_count; i++)
		put_number(&file, start + channel->instance_starts[i], 4);
	start += channel->instances.size;
	for (uint32_t i = 0; i < channel->program_count; i++)
		put_number(&file, start + channel->program_starts[i], 4);
	put(&file, channel->classes.data, channel->classes.size);
	put(&file, channel->instances.data, channel->instances.size);
	put(&file, channel->programs.data, channel->programs.size);
	seal(&file);
	drop(&channel->classes);
	drop(&channel->instances);
	drop(&channel->programs);
	*channel = (struct channel){ 0 };
	return file;
}

struct file events_of(uint32_t count)
{
	struct file events = { 0 };

	put(&events, "GSEV", 4);
	put_number(&events, 1, 2);
	put_number(&events, count, 2);
	return events;
}

void put_event(struct file *events, uint32_t type_id, uint32_t value_count)
{
	put_number(events, type_id, 4);
	put_number(events, value_count, 2);
}

void put_text_value(struct file *events, const char *text)
{
	put_number(events, 1, 1);
	put_number(events, strlen(text), 2);
	put(events, text, strlen(text));
}

struct file bundle_of(const struct file *templates, const struct file *channel,
                      const struct file *events)
{
	struct file bundle = { 0 };

	put(&bundle, "GSBD", 4);
	put_number(&bundle, templates->size, 4);
	put_number(&bundle, channel->size, 4);
	put_number(&bundle, events->size, 4);
	put(&bundle, templates->data, templates->size);
	put(&bundle, channel->data, channel->size);
	put(&bundle, events->data, events->size);
	return bundle;
}

const uint8_t *guarded(uint32_t slot, const void *bytes, size_t size)
{
	static uint8_t *ends[SLOTS];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	CHECK(slot < SLOTS && size <= SLOT_SIZE);
	if (!ends[slot]) {
		uint8_t *region = mmap(NULL, SLOT_SIZE + page, PROT_READ | PROT_WRITE,
		                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		CHECK(region != MAP_FAILED);
		ends[slot] = region + SLOT_SIZE;
		CHECK(mprotect(ends[slot], page, PROT_NONE) == 0);
	}
	if (size > 0)
		memcpy(ends[slot] - size, bytes, size);
	return ends[slot] - size;
}

static void *host_alloc(void *ctx, size_t size)
{
	struct test_host *host = ctx;
	size_t *memory;

	CHECK(!host->locked);
	host->allocations++;
	if (host->allocating)
		host->allocating(host);
	if (host->allocations == host->fail_at)
		return NULL;
	/* The size is kept in front, in as much room as keeps the alignment. */
	memory = malloc(sizeof(max_align_t) + size);
	CHECK(memory != NULL);
	*memory = size;
	host->live++;
	return memset((uint8_t *)memory + sizeof(max_align_t), DIRT, size);
}

static void host_free(void *ctx, void *memory, size_t size)
{
	struct test_host *host = ctx;
	uint8_t *start = (uint8_t *)memory - sizeof(max_align_t);
	size_t given;

	CHECK(!host->locked);
	CHECK(memory != NULL);
	memcpy(&given, start, sizeof(given));
	CHECK_EQUAL(size, given);
	host->live--;
	memset(memory, DIRT, size);
	free(start);
}

static void host_lock(void *ctx)
{
	struct test_host *host = ctx;

	CHECK(!host->locked);
	host->locked = 1;
	host->locks++;
}

static void host_unlock(void *ctx)
{
	struct test_host *host = ctx;
	void (*unlocked)(struct test_host *) = host->unlocked;

	CHECK(host->locked);
	host->locked = 0;
	host->unlocked = NULL;
	if (unlocked)
		unlocked(host);
}

struct ci_host make_host(struct test_host *host)
{
	return (struct ci_host){
		.ctx = host,
		.alloc = host_alloc,
		.free = host_free,
		.lock = host_lock,
		.unlock = host_unlock,
	};
}

enum ci_status load(struct ci_sensor *sensor, const struct file *templates,
                    const struct file *channel, struct ci_fault *fault)
{
	return ci_load(sensor, guarded(0, templates->data, templates->size), templates->size,
	               guarded(1, channel->data, channel->size), channel->size, fault);
}
