/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What code compiled with -fsanitize=fuzzer-no-link calls, doing nothing, so that
 * the very core.so that is fuzzed can be replayed.  Weak: AddressSanitizer's and
 * UBSan's runtimes bring the same names, as weak ones.
 */
#include <stdint.h>

#define GS_HOOK(name, ...)                        \
	__attribute__((weak)) void name(__VA_ARGS__); \
	__attribute__((weak)) void name(__VA_ARGS__)

/* Instrumented code lowers it to its stack pointer; 0 is never above that. */
__attribute__((weak)) _Thread_local uintptr_t __sancov_lowest_stack;

GS_HOOK(__sanitizer_cov_8bit_counters_init, const uint8_t *start, const uint8_t *stop)
{
	(void)start;
	(void)stop;
}

GS_HOOK(__sanitizer_cov_bool_flag_init, const uint8_t *start, const uint8_t *stop)
{
	(void)start;
	(void)stop;
}

GS_HOOK(__sanitizer_cov_pcs_init, const uintptr_t *start, const uintptr_t *stop)
{
	(void)start;
	(void)stop;
}

GS_HOOK(__sanitizer_cov_trace_pc_guard_init, uint32_t *start, uint32_t *stop)
{
	(void)start;
	(void)stop;
}

GS_HOOK(__sanitizer_cov_trace_pc_guard, uint32_t *guard)
{
	(void)guard;
}

GS_HOOK(__sanitizer_cov_trace_pc, void)
{
}

GS_HOOK(__sanitizer_cov_trace_pc_indir, uintptr_t callee)
{
	(void)callee;
}

GS_HOOK(__sanitizer_cov_trace_switch, uint64_t value, const uint64_t *cases)
{
	(void)value;
	(void)cases;
}

GS_HOOK(__sanitizer_cov_trace_gep, uintptr_t index)
{
	(void)index;
}

GS_HOOK(__sanitizer_cov_trace_div4, uint32_t divisor)
{
	(void)divisor;
}

GS_HOOK(__sanitizer_cov_trace_div8, uint64_t divisor)
{
	(void)divisor;
}

#define GS_COMPARE(name, type)     \
	GS_HOOK(name, type a, type b) \
	{                             \
		(void)a;              \
		(void)b;              \
	}

GS_COMPARE(__sanitizer_cov_trace_cmp1, uint8_t)
GS_COMPARE(__sanitizer_cov_trace_cmp2, uint16_t)
GS_COMPARE(__sanitizer_cov_trace_cmp4, uint32_t)
GS_COMPARE(__sanitizer_cov_trace_cmp8, uint64_t)
GS_COMPARE(__sanitizer_cov_trace_const_cmp1, uint8_t)
GS_COMPARE(__sanitizer_cov_trace_const_cmp2, uint16_t)
GS_COMPARE(__sanitizer_cov_trace_const_cmp4, uint32_t)
GS_COMPARE(__sanitizer_cov_trace_const_cmp8, uint64_t)
