/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 as in zlib (polynomial 0xedb88320, reflected), four bytes at a time.
 *
 * Table n holds what a byte has become n bytes later.  A CRC is linear over
 * exclusive or: an entry is the sum of the entries of its index' bits, so that eight
 * numbers say a table, and the compiler writes it out.
 */
#include "internal.h"

#define TABLE_0 0x77073096u, 0xee0e612cu, 0x076dc419u, 0x0edb8832u, \
                0x1db71064u, 0x3b6e20c8u, 0x76dc4190u, 0xedb88320u
#define TABLE_1 0x191b3141u, 0x32366282u, 0x646cc504u, 0xc8d98a08u, \
                0x4ac21251u, 0x958424a2u, 0xf0794f05u, 0x3b83984bu
#define TABLE_2 0x01c26a37u, 0x0384d46eu, 0x0709a8dcu, 0x0e1351b8u, \
                0x1c26a370u, 0x384d46e0u, 0x709a8dc0u, 0xe1351b80u
#define TABLE_3 0xb8bc6765u, 0xaa09c88bu, 0x8f629757u, 0xc5b428efu, \
                0x5019579fu, 0xa032af3eu, 0x9b14583du, 0xed59b63bu

#define SUM(i, b0, b1, b2, b3, b4, b5, b6, b7)                    \
	((((i) & 1u) ? (b0) : 0u) ^ (((i) & 2u) ? (b1) : 0u) ^    \
	 (((i) & 4u) ? (b2) : 0u) ^ (((i) & 8u) ? (b3) : 0u) ^    \
	 (((i) & 16u) ? (b4) : 0u) ^ (((i) & 32u) ? (b5) : 0u) ^  \
	 (((i) & 64u) ? (b6) : 0u) ^ (((i) & 128u) ? (b7) : 0u))
#define ENTRY(i, ...) SUM(i, __VA_ARGS__)
#define FOUR(i, ...) ENTRY(i, __VA_ARGS__), ENTRY((i) + 1u, __VA_ARGS__), \
                     ENTRY((i) + 2u, __VA_ARGS__), ENTRY((i) + 3u, __VA_ARGS__)
#define SIXTEEN(i, ...) FOUR(i, __VA_ARGS__), FOUR((i) + 4u, __VA_ARGS__), \
                        FOUR((i) + 8u, __VA_ARGS__), FOUR((i) + 12u, __VA_ARGS__)
#define SIXTY_FOUR(i, ...) SIXTEEN(i, __VA_ARGS__), SIXTEEN((i) + 16u, __VA_ARGS__), \
                           SIXTEEN((i) + 32u, __VA_ARGS__), SIXTEEN((i) + 48u, __VA_ARGS__)
#define ALL(...) SIXTY_FOUR(0u, __VA_ARGS__), SIXTY_FOUR(64u, __VA_ARGS__), \
                 SIXTY_FOUR(128u, __VA_ARGS__), SIXTY_FOUR(192u, __VA_ARGS__)

static const uint32_t tables[4][256] = {
	{ ALL(TABLE_0) }, { ALL(TABLE_1) }, { ALL(TABLE_2) }, { ALL(TABLE_3) },
};

uint32_t ci_checksum(const uint8_t *data, uint32_t size)
{
	uint32_t crc = 0xffffffffu;
	uint32_t at = 0;

	for (; size - at >= 4; at += 4) {
		crc ^= ci_le32(data + at);
		crc = tables[3][crc & 255] ^ tables[2][crc >> 8 & 255] ^
		      tables[1][crc >> 16 & 255] ^ tables[0][crc >> 24];
	}
	for (; at < size; at++)
		crc = crc >> 8 ^ tables[0][(crc ^ data[at]) & 255];
	return ~crc;
}
