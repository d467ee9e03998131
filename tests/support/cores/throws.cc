/* SPDX-License-Identifier: Apache-2.0 */
/* A core in C++ that throws: `c` is caught, `u` is not. */
#include <cstddef>
#include <cstdint>
#include <stdexcept>

extern "C" int throws_entry(const uint8_t *data, size_t size)
{
	try {
		if (size != 0 && (data[0] == 'c' || data[0] == 'u'))
			throw std::runtime_error("thrown");
	} catch (const std::exception &) {
		if (data[0] == 'u')
			throw;
		return -1;
	}
	return 0;
}
