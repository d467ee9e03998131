/* SPDX-License-Identifier: Apache-2.0 */
/* What template and channel files have in common. */
#include "internal.h"

#define HEADER_SIZE 12u       /* magic, version, count, size */
#define CHECKSUM_SIZE 4u

static enum ci_status take_header(struct ci_cursor *cursor, size_t size, const char magic[4],
                                  uint16_t *count)
{
	const uint8_t *found;
	uint16_t version;
	uint32_t header_size;

	CI_TAKE(bytes, cursor, 4, &found);
	for (uint32_t i = 0; i < 4; i++)
		CI_REQUIRE(found[i] == (uint8_t)magic[i], CI_BAD_MAGIC);
	CI_TAKE(u16, cursor, &version);
	CI_REQUIRE(version == CI_FORMAT_VERSION, CI_BAD_VERSION);
	CI_TAKE(u16, cursor, count);
	CI_TAKE(u32, cursor, &header_size);
	CI_REQUIRE(header_size == size && size <= CI_MAX_FILE, CI_BAD_SIZE);
	return CI_OK;
}

static enum ci_status check_file(const uint8_t *data, size_t size, const char magic[4],
                                 struct ci_cursor *cursor, uint16_t *count)
{
	struct ci_cursor checksum;
	uint32_t stored;

	*cursor = (struct ci_cursor){ .data = data, .end = (uint32_t)size };
	CI_TRY(take_header(cursor, size, magic, count));
	cursor->field = cursor->at;
	CI_REQUIRE(cursor->end - cursor->at >= CHECKSUM_SIZE, CI_TRUNCATED);
	checksum = *cursor;
	checksum.at = cursor->end - CHECKSUM_SIZE;
	CI_TAKE(u32, &checksum, &stored);
	cursor->end -= CHECKSUM_SIZE;
	cursor->field = cursor->end;
	CI_REQUIRE(stored == ci_checksum(data, cursor->end), CI_BAD_CHECKSUM);
	return CI_OK;
}

/*
 * What is no file of this kind costs no memory, and one over the limit none either: its
 * first bytes are judged before all.
 */
static enum ci_status check_start(const uint8_t *data, size_t size, const char magic[4],
                                  struct ci_cursor *cursor)
{
	uint8_t start[HEADER_SIZE];
	size_t there = size < HEADER_SIZE ? size : HEADER_SIZE;
	uint16_t count;

	if (there)
		memcpy(start, data, there);
	*cursor = (struct ci_cursor){ .data = start, .end = (uint32_t)there };
	return take_header(cursor, size, magic, &count);
}

enum ci_status ci_open_file(const struct ci_host *host, const uint8_t *data, size_t size,
                            const char magic[4], struct ci_cursor *cursor, uint16_t *count,
                            uint8_t **copy)
{
	enum ci_status status;

	CI_TRY(check_start(data, size, magic, cursor));
	*copy = host->alloc(host->ctx, size);
	CI_REQUIRE(*copy, CI_NO_MEMORY);
	memcpy(*copy, data, size);
	status = check_file(*copy, size, magic, cursor, count);
	if (status != CI_OK)
		host->free(host->ctx, *copy, size);
	return status;
}
