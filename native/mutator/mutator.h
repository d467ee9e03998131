/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutator.h - the format-table mutator, its only public header.
 *
 * Bytes to bytes: an input is decoded by a table that groundstop.format.table
 * writes for a declared format, changed as what it means, and encoded again with
 * counts, sizes, offsets and checksums put right.  One library serves all formats.
 *
 * A pure function of table, input, max_size and seed: the same arguments give the
 * same bytes (as long as the caller's bytes function does).  All memory is one
 * arena, allocated by groundstop_mutator_create; no call after it allocates, fails
 * or reads or writes outside the buffers that it was given.  Table and inputs may
 * hold any bytes; the steps that a call takes are linear in the size of its inputs.
 * A mutator is for one thread at a time; two share nothing.
 */
#ifndef GROUNDSTOP_MUTATOR_H
#define GROUNDSTOP_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a call may do, by number; a mask has bit 1 << number. */
enum groundstop_operator {
	GROUNDSTOP_OP_BOUNDARY = 0,   /* an integer at the edge of what it may be or refers to */
	GROUNDSTOP_OP_INSERT = 1,     /* a fresh element */
	GROUNDSTOP_OP_REMOVE = 2,     /* an element less */
	GROUNDSTOP_OP_DUPLICATE = 3,  /* an element twice */
	GROUNDSTOP_OP_SWAP = 4,       /* two elements change places */
	GROUNDSTOP_OP_MOVE = 5,       /* an element elsewhere in its array */
	GROUNDSTOP_OP_SPLICE = 6,     /* an element, part or leaf of another input; crossover only */
	GROUNDSTOP_OP_RETAG = 7,      /* another case of a union, with a body of its own */
	GROUNDSTOP_OP_TRUNCATE = 8,   /* an array or the whole input ends early, at a boundary */
	GROUNDSTOP_OP_ZERO = 9,       /* a record, part or tail of zeros: the torn write */
	GROUNDSTOP_OP_LEAF = 10,      /* the engine's own mutation inside one leaf */
	GROUNDSTOP_OP_TWEAK = 11,     /* an integer a little different */
	GROUNDSTOP_OP_ENUM = 12,      /* another member of an enumeration, other flags */
	GROUNDSTOP_OP_AGREE = 13,     /* a new element whose references all hold */
	GROUNDSTOP_OP_DISAGREE = 14,  /* exactly one reference or agreement that does not hold */
	GROUNDSTOP_OP_COPY = 15,      /* a leaf takes the value of another, related one */
	GROUNDSTOP_OP_BYTES = 16,     /* the engine's own mutation of the whole input */
	GROUNDSTOP_OP_BREAK = 17,     /* exactly one count, size, offset, checksum or constant off */
};
#define GROUNDSTOP_OP_COUNT 18u
#define GROUNDSTOP_OP_ALL ((1u << GROUNDSTOP_OP_COUNT) - 1u)

/* Mutates data[0..size) in place within max_size bytes; returns the new size, at least 1. */
typedef size_t (*groundstop_bytes_fn)(uint8_t *data, size_t size, size_t max_size);

struct groundstop_mutator;

/*
 * A mutator for the format of `table`, for inputs of up to max_size bytes.  NULL when
 * there is no memory or the table is not one; *error, unless error is NULL, then says
 * why.  The table is copied.
 */
struct groundstop_mutator *groundstop_mutator_create(const uint8_t *table, size_t table_size,
                                                     size_t max_size, const char **error);

/* NULL is fine. */
void groundstop_mutator_destroy(struct groundstop_mutator *mutator);

/* What mutates bytes without structure; NULL (the default) for the mutator's own. */
void groundstop_mutator_set_bytes(struct groundstop_mutator *mutator, groundstop_bytes_fn bytes);

/*
 * Operators that may be chosen; BYTES stays the fallback for what cannot be decoded.
 * Without BREAK, DISAGREE and BYTES, a file that keeps the format's rules still does.
 */
void groundstop_mutator_set_operators(struct groundstop_mutator *mutator, uint32_t mask);

/*
 * Mutate data[0..size) in place; the buffer has room for the larger of size and
 * max_size.  Returns the new size: 1 to max_size, or 0 when max_size is 0 or size is
 * over what the mutator was created for.  A size over max_size asks for something
 * smaller made of the same, as libFuzzer's -minimize_crash does.
 */
size_t groundstop_mutator_mutate(struct groundstop_mutator *mutator, uint8_t *data, size_t size,
                                 size_t max_size, uint32_t seed);

/* Write to out, at most max_size bytes, `data` with something of `other` in it; as above. */
size_t groundstop_mutator_cross(struct groundstop_mutator *mutator, const uint8_t *data,
                                size_t size, const uint8_t *other, size_t other_size,
                                uint8_t *out, size_t max_size, uint32_t seed);

/*
 * Decode and encode with everything put right that the table knows of; as mutate, but
 * 0 also for what cannot be decoded or takes too many steps.  For tests, and for repairing inputs by hand.
 */
size_t groundstop_mutator_repair(struct groundstop_mutator *mutator, uint8_t *data, size_t size,
                                 size_t max_size);

/* The operator of the last call on this mutator; times it was applied since creation. */
enum groundstop_operator groundstop_mutator_operator(const struct groundstop_mutator *mutator);
uint64_t groundstop_mutator_applied(const struct groundstop_mutator *mutator,
                                    enum groundstop_operator op);

/* "boundary", "insert", ...; NULL from GROUNDSTOP_OP_COUNT on. */
const char *groundstop_mutator_operator_name(uint32_t op);

/*
 * Of the hooks in hook.c (LLVMFuzzerCustomMutator and friends), for a driver that
 * attributes new coverage: the operator of the last hook call, GROUNDSTOP_OP_COUNT
 * before the first, and how often each was applied.
 */
uint32_t groundstop_mutator_last_operator(void);
uint64_t groundstop_mutator_operator_count(uint32_t op);

#ifdef __cplusplus
}
#endif

#endif /* GROUNDSTOP_MUTATOR_H */
