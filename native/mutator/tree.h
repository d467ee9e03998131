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

#include <string.h>

#include "checksum.h"
#include "mutator.h"
#include "random.h"
#include "table.h"

enum gsm_node_flag {
	GSM_ELEMENT = 1,  /* of an array; its field is the array's */
	GSM_OPAQUE = 2,   /* a part that is no part, kept as bytes */
	GSM_KEEP = 4,     /* broken on purpose: neither repaired nor computed */
	GSM_DEAD = 8,     /* taken out of its array */
};

struct gsm_node {
	uint64_t value;        /* integer; number of elements; record of a union's body */
	const uint8_t *bytes;  /* octets, offsets as they were, an opaque part */
	uint32_t size;         /* of bytes */
	uint32_t first, last;  /* first field; first and last element; GSM_NONE */
	uint32_t next, prev;   /* elements */
	uint32_t parent;       /* GSM_NONE at the root */
	uint32_t field;        /* in the table; GSM_NONE at the root */
	uint16_t flags;
	uint16_t weight;       /* 0 to GSM_FULL_WEIGHT */
	uint32_t at;           /* where encoding put it */
	uint32_t reserved[2];
};

_Static_assert(sizeof(struct gsm_node) == 64, "a cache line, and found without multiplying");

/* What is done to the encoded bytes, after all else: the torn write. */
enum gsm_tear { GSM_TEAR_NONE = 0, GSM_TEAR_CUT = 1, GSM_TEAR_ZERO = 2 };

#define GSM_MAX_PARTS 16u
#define GSM_DEREFS 16u /* references remembered; a power of two */

/* Where a search ended, to go on from there; forgotten when any array changes. */
struct gsm_bookmark {
	uint32_t array, element, index;
};

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
	struct gsm_bookmark bookmark[2]; /* of gsm_element, of gsm_element_index */
	struct gsm_deref_memo derefs[GSM_DEREFS];
	bool fix;                    /* compute derived fields, or write them as they are */
	bool strict;                 /* choose also by what is only usual */
	bool thorough;               /* repair also what is only usual */
	bool again;                  /* repairing changed what it had already looked at */
	bool hands_off;              /* the operator wants no repair */
	enum gsm_tear tear;
	uint32_t tear_node;          /* where the tear begins */
	bool tear_tail;              /* it goes on to the end of all, not of the node */
	uint32_t mask;
	enum groundstop_operator last;
	uint64_t applied[GROUNDSTOP_OP_COUNT];
	void *table_copy;
};

static inline struct gsm_node *gsm_at(struct groundstop_mutator *m, uint32_t node)
{
	return &m->nodes[node];
}

static inline const struct gsm_field *gsm_field_of(const struct groundstop_mutator *m,
                                                   uint32_t node)
{
	return &m->table.fields[m->nodes[node].field];
}

/* GSM_NONE when the arena is used up. */
static inline uint32_t gsm_nodes_take(struct groundstop_mutator *m, uint32_t count)
{
	uint32_t first = m->node_count;

	if (count > m->node_capacity - first)
		return GSM_NONE;
	m->node_count += count;
	return first;
}

/* A field's weight below a node of some weight. */
static inline uint16_t gsm_weight(uint32_t above, uint32_t weight)
{
	return (uint16_t)((above * weight + GSM_FULL_WEIGHT - 1) / GSM_FULL_WEIGHT);
}

static inline void gsm_node_init(struct groundstop_mutator *m, uint32_t node, uint32_t field,
                                 uint32_t parent)
{
	struct gsm_node *n = gsm_at(m, node);

	*n = m->blank[field];
	n->parent = parent;
	if (gsm_at(m, parent)->weight != GSM_FULL_WEIGHT)
		n->weight = gsm_weight(gsm_at(m, parent)->weight, n->weight);
}

/* The field nodes of a record, in the node that holds it; false: the arena is used up. */
static inline bool gsm_fields_init(struct groundstop_mutator *m, uint32_t node,
                                   const struct gsm_record *record)
{
	uint32_t first = gsm_nodes_take(m, record->field_count);
	uint32_t weight = gsm_at(m, node)->weight;

	if (first == GSM_NONE)
		return false;
	memcpy(gsm_at(m, first), &m->blank[record->field_first],
	       record->field_count * sizeof(struct gsm_node));
	for (uint32_t i = 0; i < record->field_count; i++)
		gsm_at(m, first + i)->parent = node;
	for (uint32_t i = 0; weight != GSM_FULL_WEIGHT && i < record->field_count; i++)
		gsm_at(m, first + i)->weight = gsm_weight(weight, gsm_at(m, first + i)->weight);
	gsm_at(m, node)->first = first;
	return true;
}

/* References may lead elsewhere from now on. */
static inline void gsm_changed(struct groundstop_mutator *m)
{
	m->generation++;
	m->bookmark[0].array = m->bookmark[1].array = GSM_NONE;
}

/* An element at the end of an array that nothing refers to yet. */
static inline void gsm_append(struct groundstop_mutator *m, uint32_t array, uint32_t element)
{
	struct gsm_node *a = gsm_at(m, array);

	gsm_at(m, element)->prev = a->last;
	if (a->last == GSM_NONE)
		a->first = element;
	else
		gsm_at(m, a->last)->next = element;
	a->last = element;
	a->value++;
}

/* Of a node in a record: the node that holds the record. */
static inline uint32_t gsm_owner(const struct groundstop_mutator *m, uint32_t node)
{
	return m->nodes[node].parent;
}

static inline bool gsm_is_element(const struct groundstop_mutator *m, uint32_t node)
{
	return m->nodes[node].flags & GSM_ELEMENT;
}

/* A node of an integer field (or of an array of integers). */
static inline bool gsm_is_integer(const struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_field *field;

	if (m->nodes[node].field == GSM_NONE)
		return false;
	field = gsm_field_of(m, node);
	if (gsm_is_element(m, node))
		return field->child == GSM_NONE;
	return field->kind == GSM_INTEGER;
}

/* A field of a kind; no element, whatever its array's field is. */
static inline bool gsm_is_field(const struct groundstop_mutator *m, uint32_t node, uint32_t kind)
{
	return m->nodes[node].field != GSM_NONE && !gsm_is_element(m, node) &&
	       gsm_field_of(m, node)->kind == kind;
}

static inline bool gsm_is_array(const struct groundstop_mutator *m, uint32_t node)
{
	return node != GSM_NONE && gsm_is_field(m, node, GSM_ARRAY);
}

/* An integer that says something of its own: no count, size, offset, checksum, constant. */
static inline bool gsm_is_plain(const struct groundstop_mutator *m, uint32_t node)
{
	return gsm_is_integer(m, node) &&
	       (gsm_is_element(m, node) || gsm_field_of(m, node)->role <= GSM_FLAGS);
}

/* The record that a node holds, or GSM_NONE; then the node's `first` is its fields'. */
static inline uint32_t gsm_record_of(const struct groundstop_mutator *m, uint32_t node)
{
	const struct gsm_node *n = &m->nodes[node];
	const struct gsm_field *field;

	if (n->first == GSM_NONE)
		return GSM_NONE;
	if (n->field == GSM_NONE)
		return 0;
	field = &m->table.fields[n->field];
	if ((n->flags & GSM_ELEMENT) || field->kind == GSM_PART || field->kind == GSM_RECORD)
		return field->child;
	return field->kind == GSM_UNION ? (uint32_t)n->value : GSM_NONE;
}

/* The integer field `key` of an element, or GSM_NONE when it has no such field. */
static inline uint32_t gsm_key_node(const struct groundstop_mutator *m, uint32_t element,
                                    uint32_t key)
{
	uint32_t record = gsm_record_of(m, element);

	if (record == GSM_NONE || key >= m->table.records[record].field_count)
		return GSM_NONE;
	key += m->nodes[element].first;
	return gsm_is_integer(m, key) ? key : GSM_NONE;
}

/* Other operators leave a file damaged only where these two may. */
static inline bool gsm_may_break(const struct groundstop_mutator *m)
{
	return m->mask & 1u << GROUNDSTOP_OP_BREAK;
}

static inline bool gsm_may_disagree(const struct groundstop_mutator *m)
{
	return m->mask & 1u << GROUNDSTOP_OP_DISAGREE;
}

static inline uint64_t gsm_maximum(uint32_t width)
{
	return width >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * width)) - 1;
}

#pragma GCC visibility push(hidden)

/* tree.c */
uint8_t *gsm_scratch_take(struct groundstop_mutator *m, size_t size);
bool gsm_is_live(const struct groundstop_mutator *m, uint32_t node);
uint32_t gsm_element(struct groundstop_mutator *m, uint32_t array, uint64_t index);
uint32_t gsm_element_index(struct groundstop_mutator *m, uint32_t element);
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
uint32_t gsm_deref(struct groundstop_mutator *m, uint32_t integer);
const struct gsm_domain *gsm_domain_of(struct groundstop_mutator *m, uint32_t integer);
uint32_t gsm_anchor(struct groundstop_mutator *m, uint32_t integer);

/* choose.c */
bool gsm_range(struct groundstop_mutator *m, uint32_t integer, struct gsm_range *range);
bool gsm_allowed(struct groundstop_mutator *m, uint32_t integer, uint64_t value);
bool gsm_choose(struct groundstop_mutator *m, uint32_t integer, uint64_t *value);
bool gsm_free_key(struct groundstop_mutator *m, uint32_t array, uint32_t element);
struct gsm_range gsm_element_limits(struct groundstop_mutator *m, uint32_t array);
struct gsm_range gsm_size_limits(const struct groundstop_mutator *m, uint32_t octets);

/* fresh.c */
bool gsm_fresh(struct groundstop_mutator *m, uint32_t node, uint32_t record);
bool gsm_fresh_body(struct groundstop_mutator *m, uint32_t node);
uint32_t gsm_fresh_element(struct groundstop_mutator *m, uint32_t array, uint32_t before);
uint32_t gsm_case_of(struct groundstop_mutator *m, uint32_t node, uint32_t *record);

/* repair.c: false when the record cannot be put right where it is */
bool gsm_repair(struct groundstop_mutator *m, uint32_t node);

/* bytes.c: what stands in for an engine's own mutation */
size_t gsm_mutate_bytes(struct groundstop_mutator *m, uint8_t *data, size_t size, size_t max_size);

/* operators.c */
bool gsm_operate(struct groundstop_mutator *m, enum groundstop_operator op);
uint32_t gsm_pick(struct groundstop_mutator *m,
                  bool (*wanted)(struct groundstop_mutator *m, uint32_t node));

#pragma GCC visibility pop

#endif /* GSM_TREE_H */
