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

/* Byte by byte: no assumption about alignment or byte order. */
static inline uint16_t ci_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t ci_le32(const uint8_t *p)
{
	return (uint32_t)ci_le16(p) | (uint32_t)ci_le16(p + 2) << 16;
}

static inline uint64_t ci_le64(const uint8_t *p)
{
	return (uint64_t)ci_le32(p) | (uint64_t)ci_le32(p + 4) << 32;
}

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
