/* SPDX-License-Identifier: Apache-2.0 */
/* hook.h - what the hooks of different engines share. */
#ifndef GSM_HOOK_H
#define GSM_HOOK_H

#include <stdbool.h>

#include "mutator.h"

#pragma GCC visibility push(hidden)
struct groundstop_mutator *gsm_hook_mutator(size_t max_size);
size_t gsm_hook_done(size_t size);
#pragma GCC visibility pop

#endif /* GSM_HOOK_H */
