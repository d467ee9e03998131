/* SPDX-License-Identifier: Apache-2.0 */
/* checksum.c - CRC-32 eight bytes at a time, Adler-32 in blocks without overflow. */
#include "checksum.h"

#define CRC32_POLYNOMIAL 0xedb88320u
#define ADLER_BASE 65521u
#define ADLER_BLOCK 5552u /* the most bytes before 32 bits overflow (zlib's NMAX) */

void gsm_checksums_init(struct gsm_checksums *tables)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? CRC32_POLYNOMIAL : 0);
		tables->crc32[0][byte] = crc;
	}
	for (int slice = 1; slice < GSM_CRC32_SLICES; slice++)
		for (uint32_t byte = 0; byte < 256; byte++) {
			uint32_t crc = tables->crc32[slice - 1][byte];

			tables->crc32[slice][byte] = (crc >> 8) ^ tables->crc32[0][crc & 0xff];
		}
}

static uint32_t load32(const uint8_t *data)
{
	return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
	       (uint32_t)data[3] << 24;
}

static uint32_t crc32(const struct gsm_checksums *tables, const uint8_t *data, size_t size)
{
	const uint32_t (*t)[256] = tables->crc32;
	uint32_t crc = UINT32_MAX;

	for (; size >= 8; size -= 8, data += 8) {
		uint32_t low = load32(data) ^ crc;
		uint32_t high = load32(data + 4);

		crc = t[7][low & 0xff] ^ t[6][(low >> 8) & 0xff] ^ t[5][(low >> 16) & 0xff] ^
		      t[4][low >> 24] ^ t[3][high & 0xff] ^ t[2][(high >> 8) & 0xff] ^
		      t[1][(high >> 16) & 0xff] ^ t[0][high >> 24];
	}
	for (; size; size--, data++)
		crc = (crc >> 8) ^ t[0][(crc ^ *data) & 0xff];
	return ~crc;
}

static uint32_t adler32(const uint8_t *data, size_t size)
{
	uint32_t low = 1, high = 0;

	while (size) {
		size_t block = size < ADLER_BLOCK ? size : ADLER_BLOCK;

		for (size_t i = 0; i < block; i++) {
			low += data[i];
			high += low;
		}
		low %= ADLER_BASE;
		high %= ADLER_BASE;
		data += block;
		size -= block;
	}
	return high << 16 | low;
}

uint32_t gsm_checksum(const struct gsm_checksums *tables, uint32_t algorithm, const uint8_t *data,
                      size_t size)
{
	return algorithm == GSM_ADLER32 ? adler32(data, size) : crc32(tables, data, size);
}
