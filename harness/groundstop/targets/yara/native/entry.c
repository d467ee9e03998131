/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry points: load a file of compiled rules, then scan data with them.
 * yara_fuzz_any does so with any file, yara_fuzz_compiled refuses those that the
 * loader is known not to survive.
 *
 * Outcome bytes: 'L' and libyara's error of loading (u32); for each matching
 * rule 'M', the length of its identifier (u8) and the identifier; 'S' and the
 * error of scanning (u32).  Integers are little-endian.
 */
#include <groundstop.h>

#include "known.h"
#include "scan.h"

int yara_fuzz_any(const uint8_t *data, size_t size);
int yara_fuzz_compiled(const uint8_t *data, size_t size);

static void report_error(uint8_t what, uint32_t error)
{
	uint8_t record[5] = {what, (uint8_t)error, (uint8_t)(error >> 8), (uint8_t)(error >> 16),
			     (uint8_t)(error >> 24)};

	groundstop_outcome(record, sizeof(record));
}

static int run(const struct bundle *bundle)
{
	struct scan_bytes file = {.from = bundle->rules, .size = bundle->rules_size};
	struct scan_result result;
	YR_RULES *rules;
	int error = scan_load(&file, &rules);

	report_error('L', (uint32_t)error);
	if (error != ERROR_SUCCESS) {
		groundstop_stage(GROUNDSTOP_STAGE_REJECTED);
		return -1;
	}
	groundstop_stage(GROUNDSTOP_STAGE_LOADED);
	scan_data(rules, bundle, 1, &result);
	report_error('S', result.error);
	if (result.finished)
		groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	yr_rules_destroy(rules);
	return 0;
}

int yara_fuzz_any(const uint8_t *data, size_t size)
{
	struct bundle bundle;

	scan_prepare();
	if (bundle_split(&bundle, data, size) != 0) {
		groundstop_stage(GROUNDSTOP_STAGE_REJECTED);
		return -1;
	}
	return run(&bundle);
}

int yara_fuzz_compiled(const uint8_t *data, size_t size)
{
	struct bundle bundle;

	scan_prepare();
	if (bundle_split(&bundle, data, size) != 0 || known_defect(&bundle)) {
		groundstop_stage(GROUNDSTOP_STAGE_REJECTED);
		return -1;
	}
	return run(&bundle);
}
