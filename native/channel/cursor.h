/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor.h - the only way in which this directory reads a file.
 *
 * A reader takes one field after the other and judges each before it takes the
 * next.  The cursor remembers where the last field began, so that a reader only
 * returns a status, and the fault's offset is known.
 */
#ifndef CI_CURSOR_H
#define CI_CURSOR_H

#include <stdbool.h>

#include "ci.h"

/* All that this directory wants of a libc; a kernel's own will do. */
void *memcpy(void *restrict to, const void *restrict from, size_t size);
int memcmp(const void *a, const void *b, size_t size);

struct ci_cursor {
	const uint8_t *data;
	uint32_t end;           /* no field reaches behind it */
	uint32_t at;            /* never behind end */
	uint32_t field;         /* where the field under judgment begins */
};

/* Take a field, or return: CI_TAKE(u16, cursor, &count); CI_TAKE(bytes, cursor, size, &text); */
#define CI_TAKE(type, ...)                              \
	do {                                            \
		if (!ci_take_##type(__VA_ARGS__))       \
			return CI_TRUNCATED;            \
	} while (0)

/* A rule of the format, and the status of a file that breaks it. */
#define CI_REQUIRE(rule, otherwise)                     \
	do {                                            \
		if (!(rule))                            \
			return (otherwise);             \
	} while (0)

/* For a call that has a status of its own. */
#define CI_TRY(call)                                    \
	do {                                            \
		enum ci_status try_status_ = (call);    \
		if (try_status_ != CI_OK)               \
			return try_status_;             \
	} while (0)

/*
 * Little-endian numbers at any alignment.  One load where the machine can do it, and
 * so one check for a sanitizer instead of one for each byte.
 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define CI_FROM_LE(bits, number) (number)
#else
#define CI_FROM_LE(bits, number) __builtin_bswap##bits(number)
#endif

#define CI_DEFINE_LE(bits)                                              \
	static inline uint##bits##_t ci_le##bits(const uint8_t *from)   \
	{                                                               \
		uint##bits##_t number;                                  \
                                                                        \
		memcpy(&number, from, sizeof(number));                  \
		return CI_FROM_LE(bits, number);                        \
	}
CI_DEFINE_LE(16)
CI_DEFINE_LE(32)
CI_DEFINE_LE(64)

static inline bool ci_take_bytes(struct ci_cursor *cursor, uint32_t size, const uint8_t **bytes)
{
	cursor->field = cursor->at;
	if (size > cursor->end - cursor->at)
		return false;
	*bytes = cursor->data + cursor->at;
	cursor->at += size;
	return true;
}

static inline bool ci_take_u8(struct ci_cursor *cursor, uint8_t *value)
{
	const uint8_t *bytes;

	if (!ci_take_bytes(cursor, 1, &bytes))
		return false;
	*value = bytes[0];
	return true;
}

static inline bool ci_take_u16(struct ci_cursor *cursor, uint16_t *value)
{
	const uint8_t *bytes;

	if (!ci_take_bytes(cursor, 2, &bytes))
		return false;
	*value = ci_le16(bytes);
	return true;
}

static inline bool ci_take_u32(struct ci_cursor *cursor, uint32_t *value)
{
	const uint8_t *bytes;

	if (!ci_take_bytes(cursor, 4, &bytes))
		return false;
	*value = ci_le32(bytes);
	return true;
}

static inline bool ci_take_u64(struct ci_cursor *cursor, uint64_t *value)
{
	const uint8_t *bytes;

	if (!ci_take_bytes(cursor, 8, &bytes))
		return false;
	*value = ci_le64(bytes);
	return true;
}

#endif /* CI_CURSOR_H */
