/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ci.h - the reference content interpreter, its only public header.
 *
 * A sensor holds one set of active content: a template file (which template
 * types the authors had in mind) and a channel file (template instances, each a
 * list of criteria over the inputs of its type).  The sensor's own code collects
 * the inputs and hands them over as events.  File formats, and the rules that a
 * loader must enforce, are in README.md beside this file.
 *
 * Written as kernel code: no libc beyond memcpy, memset, memcmp and memmove, no
 * floating point, no recursion, no global state; all memory through the host.
 * Every byte of a file is hostile, however it is signed.
 *
 * What may be called from where
 *
 * ci_release, ci_find_supplied, ci_status_name: anywhere; they read constants.
 *
 * ci_load, ci_unload, ci_evaluate, ci_fuel_limit: on one sensor from any thread at
 * any time when the host has lock and unlock, and from one thread at a time when it
 * has not.  Content that a call is using stays alive until that call returns, so
 * that an evaluation sees one content, whole, whatever is loaded meanwhile.  What
 * the caller hands over is the caller's: nothing may change an event or its values
 * during the call, and fuel, matches and fault are of one call each.  A file that
 * changes during ci_load is harmless: it is copied first, and the copy is checked.
 *
 * ci_sensor_create, ci_sensor_destroy: nobody else may use the sensor, before the
 * one has returned and from when the other is called.
 *
 * The lock is held for a few instructions at a time, never while alloc or free is
 * called, and never twice: it need not be recursive, and may be one that spins.  A
 * function that takes a sensor, ci_sensor_create apart, must not be called with that
 * lock held, and so neither by lock and unlock.  alloc and free may call them, but
 * not on behalf of ci_sensor_create and ci_sensor_destroy.
 *
 * From an interrupt: what a call needs of the host must work there.  ci_evaluate,
 * ci_fuel_limit and ci_unload take the lock, which then must keep that interrupt
 * out wherever it is taken, and call free when they were the last to use content
 * that is active no longer; ci_load calls alloc, too.  None of them waits for
 * anything but the lock.
 */
#ifndef CI_H
#define CI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CI_FORMAT_VERSION 1u   /* of template and channel files */

/* Limits of a file; a count over its limit is CI_BAD_COUNT. */
#define CI_MAX_TYPES        64u
#define CI_MAX_INPUTS       64u
#define CI_MAX_INSTANCES  4096u
#define CI_MAX_PROGRAMS   1024u
#define CI_MAX_CLASSES    1024u
#define CI_MAX_INSNS      1024u       /* of one pattern program */
#define CI_MAX_FILE (16u << 20)       /* bytes of one file */
#define CI_MAX_VALUE (1u << 20)       /* bytes of one input's value */

/* A generous fuel budget for one event: see ci_evaluate. */
#define CI_FUEL_DEFAULT ((uint64_t)1 << 20)

/* Bytes of stack that a call takes at most, the host's callbacks not counted: README.md. */
#define CI_MAX_STACK 2048u

enum ci_status {
	CI_OK = 0,
	CI_NO_MEMORY = 1,       /* the host's alloc returned NULL */
	CI_TRUNCATED = 2,       /* a field ends behind the file's end, or in its checksum */
	CI_BAD_MAGIC = 3,
	CI_BAD_VERSION = 4,     /* not CI_FORMAT_VERSION */
	CI_BAD_SIZE = 5,        /* the header's size is not the file's, or over CI_MAX_FILE */
	CI_BAD_CHECKSUM = 6,
	CI_BAD_COUNT = 7,       /* zero where something is needed, or over its limit */
	CI_BAD_OFFSET = 8,      /* a record does not start where the one before ends */
	CI_BAD_VALUE = 9,       /* unknown enumeration value, flag, or reserved bits set */
	CI_BAD_REFERENCE = 10,  /* names a type, program, class or input that is not there */
	CI_BAD_ORDER = 11,      /* ids or input numbers not strictly ascending */
	CI_KIND_MISMATCH = 12,  /* a criterion does not fit its input's kind, or template
	                           and sensor disagree on a kind */
	CI_COUNT_MISMATCH = 13, /* defined, supplied and matched input counts differ; also from
	                           ci_evaluate, which checks again what loading promised */
	CI_NAME_MISMATCH = 14,  /* template and sensor disagree on what an input is */
	CI_BAD_PROGRAM = 15,    /* a pattern program that the verifier refuses */
	CI_TRAILING = 16,       /* bytes behind the last record */
	CI_NO_CONTENT = 17,     /* nothing is loaded */
	CI_UNKNOWN_TYPE = 18,   /* this release has no such template type */
	CI_BAD_EVENT = 19,      /* value count or kinds are not those of the type, or a value
	                           is over CI_MAX_VALUE */
	CI_OUT_OF_FUEL = 20,
	CI_BAD_ARGUMENT = 21,   /* a NULL where none may be: a bug in the caller; also lock
	                           without unlock */
};

enum ci_kind {
	CI_KIND_BYTES = 1,      /* a byte string */
	CI_KIND_INTEGER = 2,    /* an unsigned 64-bit number */
};

/* What the kernel around the interpreter provides.  Copied by ci_sensor_create. */
struct ci_host {
	void *ctx;                                          /* passed back, never read */
	void *(*alloc)(void *ctx, size_t size);             /* aligned for any type; may return NULL */
	void (*free)(void *ctx, void *memory, size_t size); /* size as it was asked for */
	void (*lock)(void *ctx);                            /* both NULL: one thread only */
	void (*unlock)(void *ctx);
};

/* What a release's code collects: compiled in, generated from releases/<name>.toml. */
struct ci_supplied_input {
	enum ci_kind kind;
	uint32_t name_size;     /* bytes of name, without the 0 that ends it */
	const char *name;
};

struct ci_supplied_type {
	uint32_t type_id;
	uint32_t input_count;   /* length of inputs: what is supplied with every event */
	const char *name;
	const struct ci_supplied_input *inputs;
};

struct ci_release {
	const char *name;
	uint32_t type_count;
	const struct ci_supplied_type *types;   /* ascending type_id */
};

/* One input's value.  `data` need not outlive the call; NULL only with size 0. */
struct ci_value {
	enum ci_kind kind;
	const uint8_t *data;    /* CI_KIND_BYTES only */
	size_t size;            /* CI_KIND_BYTES only: bytes, at most CI_MAX_VALUE */
	uint64_t number;        /* CI_KIND_INTEGER only */
};

/*
 * One event.  values has exactly value_count pointers, in the order of the
 * release's table; NULL where the sensor had nothing to say, which no criterion
 * but a wildcard matches.  values itself may be NULL only when value_count is 0.
 */
struct ci_event {
	uint32_t type_id;
	uint32_t value_count;
	const struct ci_value *const *values;
};

/* Matches, in the order of the channel file.  ids beyond capacity are counted, not stored. */
struct ci_matches {
	uint32_t *ids;
	size_t capacity;        /* of ids, in elements; ids may be NULL when it is 0 */
	size_t count;           /* set by ci_evaluate: all matches, stored or not */
};

/* Which file, and at which byte of it, a load stopped; no file when the fault is in none. */
enum ci_file { CI_FILE_NONE = 0, CI_FILE_TEMPLATES = 1, CI_FILE_CHANNEL = 2 };

struct ci_fault {
	enum ci_file file;
	uint32_t offset;        /* bytes from the file's start to the field at fault */
};

struct ci_sensor;

/* The release that this build is. */
const struct ci_release *ci_release(void);

/* The type's entry in the release's table, or NULL. */
const struct ci_supplied_type *ci_find_supplied(uint32_t type_id);

/* A short English name of a status ("bad checksum"); never NULL. */
const char *ci_status_name(enum ci_status status);

/* CI_OK, CI_NO_MEMORY or CI_BAD_ARGUMENT; *sensor is NULL unless CI_OK. */
enum ci_status ci_sensor_create(const struct ci_host *host, struct ci_sensor **sensor);

/* NULL is fine. */
void ci_sensor_destroy(struct ci_sensor *sensor);

/*
 * Check both files completely, then make them the active content in one step.
 * Anything but CI_OK leaves the active content as it was and, when fault is not
 * NULL, says where.  The files are not referred to after the call.
 */
enum ci_status ci_load(struct ci_sensor *sensor, const uint8_t *templates, size_t templates_size,
                       const uint8_t *channel, size_t channel_size, struct ci_fault *fault);

/* Drop the active content, if any. */
void ci_unload(struct ci_sensor *sensor);

/*
 * Evaluate one event against all active instances of its type.
 *
 * *fuel is what the evaluation may spend, and holds what is left afterwards;
 * README.md says what costs how much.  CI_OUT_OF_FUEL stops at once and leaves 0;
 * the matches found before stay in *matches.  CI_NO_CONTENT, CI_UNKNOWN_TYPE, CI_BAD_EVENT
 * and CI_BAD_ARGUMENT evaluate nothing and set matches->count to 0.
 * Allocates nothing.
 */
enum ci_status ci_evaluate(struct ci_sensor *sensor, const struct ci_event *event,
                           uint64_t *fuel, struct ci_matches *matches);

/*
 * The fuel that evaluating this event can cost at most, from the active content and
 * the sizes of the event's values alone: with this budget ci_evaluate never ends with
 * CI_OUT_OF_FUEL, unless other content has become active in between.  0 when it
 * would evaluate nothing: no content, an event that it refuses, a NULL where none
 * may be.  Evaluates nothing, allocates nothing; looks at each instance, and at each
 * criterion of the event's type, once.
 */
uint64_t ci_fuel_limit(struct ci_sensor *sensor, const struct ci_event *event);

#ifdef __cplusplus
}
#endif

#endif /* CI_H */
