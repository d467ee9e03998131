/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h - a decoded input: nodes in one flat array, and what all files share.
 *
 * A record's field nodes lie side by side, field k of a record node at first + k.
 * Elements of an array are a linked list.  A node that holds a record is an element,
 * a record or part field, or a union: `first` is where its fields begin.  Leaves
 * point into the input, the other input or the scratch memory; nothing is copied
 * until the tree is encoded.
 */
#ifndef GSM_TREE_H
#define GSM_TREE_H

#include "checksum.h"
#include "mutator.h"
#include "random.h"
#include "table.h"

enum gsm_node_flag {
	GSM_ELEMENT = 1,  /* of an array; its field is the array's */
	GSM_OPAQUE = 2,   /* a part that is no part, kept as bytes */
	GSM_KEEP = 4,     /* broken on purpose: neither repaired nor computed */
	GSM_DEAD = 8,     /* taken out of its array */
	GSM_DOOMED = 32,  /* an element that is taken out when all of its array were looked at */
	GSM_CLEAN = 16,   /* an element as it was read, at bytes; fields keep their own rules */
};

struct gsm_node {
	uint64_t value;        /* integer; number of elements; record of a union's body */
	const uint8_t *bytes;  /* octets, offsets as they were, opaque parts, clean elements */
	uint32_t size;         /* of bytes */
	uint32_t first, last;  /* first field; first and last element; GSM_NONE */
	uint32_t next, prev;   /* elements */
	uint32_t parent;       /* GSM_NONE at the root */
	uint32_t field;        /* in the table; GSM_NONE at the root */
	uint16_t flags;
	uint16_t weight;       /* 0 to GSM_FULL_WEIGHT */
	uint32_t at;           /* where encoding put it */
	uint32_t positions;    /* of an array: an index, or 0; of an element in one: its position */
	uint32_t keys;         /* of an array: another, or 0 */
};

_Static_assert(sizeof(struct gsm_node) == 64, "a cache line, and found without multiplying");

/* What is done to the encoded bytes, after all else: the torn write. */
enum gsm_tear { GSM_TEAR_NONE = 0, GSM_TEAR_CUT = 1, GSM_TEAR_ZERO = 2 };

#define GSM_MAX_PARTS 16u
#define GSM_DEREFS 16u /* references remembered; a power of two */

/* What a reference with a value led to in a generation of the tree. */
struct gsm_deref_memo {
	uint64_t value;
	uint32_t integer, element, generation;
};

struct groundstop_mutator {
	struct gsm_table table;
	struct gsm_checksums checksums;
	struct gsm_random random;
	groundstop_bytes_fn bytes;
	struct gsm_node *blank;      /* of each field, as nodes begin */
	struct gsm_node *nodes;
	uint32_t node_count, node_capacity;
	uint32_t end;                /* nodes of the input being changed; others follow */
	uint32_t other;              /* root of the other input, or GSM_NONE */
	uint8_t *scratch;            /* leaves made here */
	size_t scratch_used, scratch_capacity;
	uint8_t *out;
	size_t capacity;             /* largest max_size */
	uint32_t parts[GSM_MAX_PARTS][2]; /* nodes of the root's parts: first, end */
	uint32_t part_count;
	uint32_t generation;         /* counts changes that references may feel */
	uint32_t *slots;             /* of indexes, see index.c */
	uint32_t slot_used, slot_capacity;
	struct gsm_deref_memo derefs[GSM_DEREFS];
	bool fix;                    /* compute derived fields, or write them as they are */
	bool strict;                 /* choose also by what is only usual */
	bool thorough;               /* look also at what has not changed for what is only usual */
	bool usual;                  /* repair also what is only usual, here */
	bool again;                  /* repairing changed what it had already looked at */
	bool hands_off;              /* the operator wants no repair */
	uint64_t work, work_limit;   /* steps of this call, and how many it may take */
	uint32_t filling;            /* an array whose elements are put in order when all are there */
	enum gsm_tear tear;
	uint32_t tear_node;          /* where the tear begins */
	bool tear_tail;              /* it goes on to the end of all, not of the node */
	uint32_t mask;
	enum groundstop_operator last;
	uint64_t applied[GROUNDSTOP_OP_COUNT];
	void *table_copy;
};

#include "nodes.h"

#pragma GCC visibility push(hidden)

/* tree.c */
uint8_t *gsm_scratch_take(struct groundstop_mutator *m, size_t size);
bool gsm_is_attached(const struct groundstop_mutator *m, uint32_t node);
bool gsm_is_live(const struct groundstop_mutator *m, uint32_t node);
void gsm_unlink(struct groundstop_mutator *m, uint32_t element);
void gsm_link(struct groundstop_mutator *m, uint32_t array, uint32_t element, uint32_t before);
uint32_t gsm_clone(struct groundstop_mutator *m, uint32_t element);
bool gsm_clone_into(struct groundstop_mutator *m, uint32_t to, uint32_t from);

/* decode.c: the root node, or GSM_NONE when the bytes do not decode */
uint32_t gsm_decode(struct groundstop_mutator *m, const uint8_t *data, size_t size);

/* encode.c: bytes written to m->out, 0 when they do not fit into limit */
size_t gsm_encode(struct groundstop_mutator *m, uint32_t root, size_t limit);

/* resolve.c */
struct gsm_range {
	uint64_t low, high; /* both included */
};

uint32_t gsm_resolve(struct groundstop_mutator *m, uint32_t record, uint32_t path);
uint32_t gsm_deref(struct groundstop_mutator *m, uint32_t integer, uint64_t value);
const struct gsm_domain *gsm_domain_of(struct groundstop_mutator *m, uint32_t integer);
uint32_t gsm_anchor(struct groundstop_mutator *m, uint32_t integer);

/* choose.c */
bool gsm_range(struct groundstop_mutator *m, uint32_t integer, struct gsm_range *range);
bool gsm_allowed(struct groundstop_mutator *m, uint32_t integer, uint64_t value);
uint64_t gsm_from_range(struct groundstop_mutator *m, struct gsm_range range);
bool gsm_choose(struct groundstop_mutator *m, uint32_t integer, uint64_t *value);

/* index.c */
uint32_t gsm_element(struct groundstop_mutator *m, uint32_t array, uint64_t index);
uint32_t gsm_element_index(struct groundstop_mutator *m, uint32_t element);
uint32_t gsm_element_with(struct groundstop_mutator *m, uint32_t array, uint32_t key,
                          uint64_t value);

/* order.c */
bool gsm_free_key(struct groundstop_mutator *m, uint32_t array, uint32_t element);
void gsm_order(struct groundstop_mutator *m, uint32_t array);

/* limits.c */
struct gsm_range gsm_element_limits(struct groundstop_mutator *m, uint32_t array);
struct gsm_range gsm_size_limits(const struct groundstop_mutator *m, uint32_t octets);

/* fresh.c */
bool gsm_fresh(struct groundstop_mutator *m, uint32_t node, uint32_t record);
bool gsm_fresh_body(struct groundstop_mutator *m, uint32_t node);
uint32_t gsm_fresh_element(struct groundstop_mutator *m, uint32_t array, uint32_t before);
bool gsm_fill(struct groundstop_mutator *m, uint32_t array, uint64_t count, bool repair);
uint32_t gsm_case_of(struct groundstop_mutator *m, uint32_t node, uint32_t *record);

/* repair.c: false when the record cannot be put right where it is */
bool gsm_repair(struct groundstop_mutator *m, uint32_t node);

/* bytes.c: what stands in for an engine's own mutation */
size_t gsm_mutate_bytes(struct groundstop_mutator *m, uint8_t *data, size_t size, size_t max_size);

/* mutate.c: the root, or GSM_NONE; all repairs; the mutated input's size, in m->out */
uint32_t gsm_prepare(struct groundstop_mutator *m, const uint8_t *data, size_t size,
                     const uint8_t *other, size_t other_size);
void gsm_make_whole(struct groundstop_mutator *m, uint32_t root);
size_t gsm_mutate(struct groundstop_mutator *m, const uint8_t *data, size_t size, size_t max_size,
                  const uint8_t *other, size_t other_size);

/* operators.c */
bool gsm_operate(struct groundstop_mutator *m, enum groundstop_operator op);
uint32_t gsm_pick(struct groundstop_mutator *m,
                  bool (*wanted)(struct groundstop_mutator *m, uint32_t node));

#ifdef GSM_CHECKED
/* Of a test: ends the process where the tree is not sound. */
void gsm_check(struct groundstop_mutator *m, uint32_t root);
#else
static inline void gsm_check(struct groundstop_mutator *m, uint32_t root)
{
	(void)m;
	(void)root;
}
#endif

#pragma GCC visibility pop

#endif /* GSM_TREE_H */
