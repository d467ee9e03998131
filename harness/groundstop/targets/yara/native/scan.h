/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - rules from a stream and to one, and what a scan with them says. */
#ifndef GROUNDSTOP_YARA_SCAN_H
#define GROUNDSTOP_YARA_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include <yara.h>

#include "bundle.h"

/* Bytes of a rule's identifier that are reported; libyara's compiler allows 128. */
#define SCAN_IDENTIFIER 128u

/* Bytes that are read or written one after another. */
struct scan_bytes {
	const uint8_t *from;
	uint8_t *to;
	size_t size;
	size_t at;
	size_t room;
};

/* What a scan said: a hash of the matching rules in order, their number, libyara's error. */
struct scan_result {
	uint64_t hash;
	uint32_t matches;
	uint32_t error;
	int finished;
};

/* Start libyara, once for the whole process. */
void scan_prepare(void);

int scan_load(struct scan_bytes *file, YR_RULES **rules);

/* Write `rules` to memory that the caller frees. */
int scan_save(YR_RULES *rules, struct scan_bytes *file);

/* With `report`, every rule and its outcome are told to the framework. */
void scan_data(YR_RULES *rules, const struct bundle *bundle, int report,
	       struct scan_result *result);

#endif /* GROUNDSTOP_YARA_SCAN_H */
