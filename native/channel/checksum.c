/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 as in zlib (polynomial 0xedb88320, reflected), four bytes at a time.
 *
 * The tables are made by the compiler: a CRC is linear over exclusive or, so that an
 * entry is the sum of the entries of its index' bits, and eight of those say it all.
 */
#include "internal.h"

/* Shift one zero bit in. */
#define BIT(crc) (((crc) >> 1) ^ (((crc) & 1u) ? 0xedb88320u : 0u))

/* The entries of table `lag` (bytes between this one and the newest) for 1 << bit. */
enum { LAGS = 4 };

#define SUM(i, b0, b1, b2, b3, b4, b5, b6, b7)                                          \
	((((i) & 1) ? (b0) : 0u) ^ (((i) & 2) ? (b1) : 0u) ^                            \
	 (((i) & 4) ? (b2) : 0u) ^ (((i) & 8) ? (b3) : 0u) ^                            \
	 (((i) & 16) ? (b4) : 0u) ^ (((i) & 32) ? (b5) : 0u) ^                          \
	 (((i) & 64) ? (b6) : 0u) ^ (((i) & 128) ? (b7) : 0u))
