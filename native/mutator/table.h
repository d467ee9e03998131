/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - a format as the mutator sees it.
 *
 * harness/groundstop/format/table.py writes these structures as they stand here,
 * little-endian, in one file: a header, then each section, 8-aligned.  Records are
 * numbered in preorder, one for each place where a record class stands in the format,
 * so every path is resolved when the table is written.
 */
#ifndef GSM_TABLE_H
#define GSM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GSM_NONE UINT32_MAX
#define GSM_TABLE_MAGIC 0x54465347u /* "GSFT" */
#define GSM_TABLE_VERSION 1u
#define GSM_MAX_DEPTH 32u           /* records in records */
#define GSM_MAX_ENTRIES (1u << 20)  /* of a section: keeps sums far from overflow */
#define GSM_FULL_WEIGHT 1024u

enum gsm_kind {
	GSM_INTEGER = 0,
	GSM_OCTETS = 1,
	GSM_ARRAY = 2,
	GSM_OFFSETS = 3,
	GSM_RECORD = 4,
	GSM_PART = 5,
	GSM_UNION = 6,
};

/* As groundstop.format's Role. */
enum gsm_role {
	GSM_PLAIN = 0,
	GSM_ENUM = 1,
	GSM_FLAGS = 2,
	GSM_CONSTANT = 3,
	GSM_RESERVED = 4,
	GSM_COUNT = 5,
	GSM_SIZE = 6,
	GSM_TOTAL = 7,
	GSM_CHECKSUM = 8,
};

enum gsm_field_flag {
	GSM_BIG = 1,        /* most significant byte first */
	GSM_ASCENDING = 2,  /* strictly, in the array that the record is an element of */
	GSM_CHECK = 4,      /* an integer that something is asked of */
	GSM_TARGET = 8,     /* other fields refer to it or depend on it */
	GSM_TAG = 16,       /* chooses a union's case */
	GSM_HARD = 32,      /* the domain is a rule, not just usual */
};

enum gsm_record_flag {
	GSM_PATCHED = 1,    /* has fields that are known only when the record is written */
	GSM_RULED = 2,      /* it, or a record in it, has rules that a change can break */
	GSM_COMPUTED = 4,   /* it, or a record in it, is GSM_PATCHED */
	GSM_LOCAL = 8,      /* its rules, and those of records in it, are of single fields */
	GSM_PLACED = 16,    /* what is usual in it depends on which element it is */
};

enum gsm_domain_kind {
	GSM_ANYTHING = 0,
	GSM_BETWEEN = 1,    /* low to high */
	GSM_INDEX = 2,      /* of an element of the array at path */
	GSM_KEY = 3,        /* the value of field key_field in one of its elements */
	GSM_SAME = 4,       /* as the integer at path */
	GSM_FITS = 5,       /* a value with a case needs the integer at path to be case.need */
	GSM_DEPENDS = 6,    /* the domain of the case for the sibling key_field, else zero */
};

enum gsm_hop_kind {
	GSM_HOP_UP = 0,     /* arg nodes outwards */
	GSM_HOP_FIELD = 1,  /* field arg of the record at this node */
	GSM_HOP_DEREF = 2,  /* from an integer to the element that it refers to */
	GSM_HOP_SAME = 3,   /* the array's element with the index of the node arg up from the start */
};

struct gsm_header {
	uint32_t magic, version, size, record_count;
	uint32_t field_count, case_count, domain_count, domain_case_count;
	uint32_t path_count, hop_count, value_count, octet_count;
};

struct gsm_record {
	uint32_t field_first, field_count;
	uint32_t min_size;  /* bytes */
	uint32_t flags;     /* gsm_record_flag */
};

/* Numbers of fields (ref, ref2, key_field) count within the record, from 0. */
struct gsm_field {
	uint32_t kind, role, width, flags;
	uint32_t record;                     /* that it is in */
	uint32_t child;                      /* record of elements, of the record or part; or NONE */
	uint32_t ref;                        /* count, size, tag, of, to or first; or NONE */
	uint32_t ref2;                       /* of an array: the ascending field of its elements */
	uint32_t values_first, values_count; /* members; of flags: the mask */
	uint32_t cases_first, cases_count;   /* of a union; of an array: what the last must be */
	uint32_t path_least, path_most, path_below, domain;
	uint32_t weight, fixed;              /* fixed: bytes or elements, when ref is NONE */
	uint32_t octets;                     /* offset of constant bytes in the octets section */
	uint32_t algorithm;                  /* of a checksum */
	uint64_t low, high;                  /* bounds that are numbers */
	uint64_t constant;
	uint64_t member_mask;                /* bit v for each member v, if all are below 64 */
};

/* Of a union: tag, and the record of the body or NONE.  Of an array: an integer field
 * (record) of the last element, and as `tag` values_first << 32 | values_count. */
struct gsm_case {
	uint64_t tag;
	uint32_t record, reserved;
};

struct gsm_domain {
	uint32_t kind, path, key_field, cases_first;
	uint32_t cases_count, reserved;
	uint64_t low, high;
};

struct gsm_domain_case {
	uint64_t value, need;
	uint32_t domain, reserved;
};

struct gsm_path {
	uint32_t hop_first, hop_count;
};

struct gsm_hop {
	uint32_t kind, arg;
};

struct gsm_table {
	struct gsm_header header;
	const struct gsm_record *records;
	const struct gsm_field *fields;
	const struct gsm_case *cases;
	const struct gsm_domain *domains;
	const struct gsm_domain_case *domain_cases;
	const struct gsm_path *paths;
	const struct gsm_hop *hops;
	const uint64_t *values;
	const uint8_t *octets;
};

#pragma GCC visibility push(hidden)
/*
 * Point table into data, which is 8-aligned and stays; NULL, or what is wrong with it.
 * Afterwards every number in it is in range, and records nest at most GSM_MAX_DEPTH deep.
 */
const char *gsm_table_open(struct gsm_table *table, const uint8_t *data, size_t size);
const char *gsm_table_check(const struct gsm_table *table);
#pragma GCC visibility pop

#endif /* GSM_TABLE_H */
