/* SPDX-License-Identifier: Apache-2.0 */
/* checksum.h - the checksum algorithms that a format table may name. */
#ifndef GSM_CHECKSUM_H
#define GSM_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

enum gsm_algorithm {
	GSM_CRC32 = 1,    /* as zlib's crc32() */
	GSM_ADLER32 = 2,  /* as zlib's adler32() */
};

#define GSM_CRC32_SLICES 8

/* Filled once, when the mutator is made. */
struct gsm_checksums {
	uint32_t crc32[GSM_CRC32_SLICES][256];
};

#pragma GCC visibility push(hidden)
void gsm_checksums_init(struct gsm_checksums *tables);
uint32_t gsm_checksum(const struct gsm_checksums *tables, uint32_t algorithm, const uint8_t *data,
                      size_t size);
#pragma GCC visibility pop

#endif /* GSM_CHECKSUM_H */
