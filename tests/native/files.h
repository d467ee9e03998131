/* SPDX-License-Identifier: Apache-2.0 */
/* files.h - builds template files, channel files and bundles, good and bad, byte by byte. */
#ifndef FILES_H
#define FILES_H

#include <ci.h>
#include <stdint.h>

/* Bytes that grow; all zero is an empty one. */
struct file {
	uint8_t *data;
	size_t size;
	size_t capacity;
};

void put(struct file *file, const void *bytes, size_t size);
void put_number(struct file *file, uint64_t number, uint32_t size);
void set_number(struct file *file, size_t at, uint64_t number, uint32_t size);
void drop(struct file *file);

/* The header up to and with the size, which seal() fills in. */
void put_header(struct file *file, const char *magic, uint32_t count);
/* Put the size right and append the checksum. */
void seal(struct file *file);
/* Put size and checksum right where they are; the file may have been cut or changed. */
void reseal(struct file *file);

/* A type as the release supplies it; or one that no release has, all inputs of one kind. */
void put_supplied_type(struct file *templates, const struct ci_supplied_type *type);
void put_type(struct file *templates, uint32_t type_id, uint32_t input_count, enum ci_kind kind);
/* All types of the release. */
struct file release_templates(void);

/* The parts of a channel file before it is put together. */
struct channel {
	struct file classes, instances, programs;
	uint32_t instance_count, program_count;
	uint32_t instance_starts[CI_MAX_INSTANCES + 1]; /* from the first one's */
	uint32_t program_starts[CI_MAX_PROGRAMS + 1];
};

void put_class(struct channel *channel, const char *members);
void put_instance(struct channel *channel, uint32_t instance_id, uint32_t type_id,
                  uint32_t input_count, uint32_t criterion_count);
void put_criterion(struct channel *channel, uint32_t input, uint32_t kind, uint32_t flags);
void put_text(struct channel *channel, const void *bytes, size_t size);

struct insn {
	uint8_t op, arg;
	uint16_t x, y;
};
void put_program(struct channel *channel, const struct insn *insns, uint32_t insn_count);

/* Put it together, sealed, and drop the parts. */
struct file finish(struct channel *channel);

/* Events and their values; a bundle of three files. */
struct file events_of(uint32_t count);
void put_event(struct file *events, uint32_t type_id, uint32_t value_count);
void put_text_value(struct file *events, const char *text);
struct file bundle_of(const struct file *templates, const struct file *channel,
                      const struct file *events);

/* A copy that ends where readable memory ends; valid until the slot is used again. */
const uint8_t *guarded(uint32_t slot, const void *bytes, size_t size);

/* A host that counts, fails when told to, and knows what it gave out. */
struct test_host {
	uint64_t allocations;   /* asked for so far */
	uint64_t fail_at;       /* the one that fails, from 1; 0: none does */
	uint64_t live;          /* not freed */
	uint64_t locks;         /* taken so far */
	int locked;
	void (*allocating)(struct test_host *host);     /* called before each allocation, if set */
	void (*unlocked)(struct test_host *host);       /* called once after an unlock, if set */
	void *context;          /* of the two */
};
struct ci_host make_host(struct test_host *host);

/* Load through guarded copies. */
enum ci_status load(struct ci_sensor *sensor, const struct file *templates,
                    const struct file *channel, struct ci_fault *fault);

#endif /* FILES_H */
