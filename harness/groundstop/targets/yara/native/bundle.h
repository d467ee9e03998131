/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle.h - a testcase: something that becomes rules, and the data to scan.
 *
 *	magic       4 bytes "GSYR"
 *	rules_size  u32, little-endian
 *	rules       rules_size bytes: a file of compiled rules, or their text
 *	data        all that is left
 */
#ifndef GROUNDSTOP_YARA_BUNDLE_H
#define GROUNDSTOP_YARA_BUNDLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BUNDLE_HEAD 8u

struct bundle {
	const uint8_t *rules;
	size_t rules_size;
	const uint8_t *data;
	size_t data_size;
};

/* Return 0, or -1 for what is no bundle; rules that are cut off end with it. */
static inline int bundle_split(struct bundle *bundle, const uint8_t *bytes, size_t size)
{
	size_t left;

	if (size < BUNDLE_HEAD || memcmp(bytes, "GSYR", 4) != 0)
		return -1;
	left = size - BUNDLE_HEAD;
	bundle->rules = bytes + BUNDLE_HEAD;
	bundle->rules_size = (size_t)bytes[4] | (size_t)bytes[5] << 8 | (size_t)bytes[6] << 16 |
			     (size_t)bytes[7] << 24;
	if (bundle->rules_size > left)
		bundle->rules_size = left;
	bundle->data = bundle->rules + bundle->rules_size;
	bundle->data_size = left - bundle->rules_size;
	return 0;
}

#endif /* GROUNDSTOP_YARA_BUNDLE_H */
