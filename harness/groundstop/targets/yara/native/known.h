/* SPDX-License-Identifier: Apache-2.0 */
/* known.h - files that the loader of libyara 4.5.4 is known not to survive. */
#ifndef GROUNDSTOP_YARA_KNOWN_H
#define GROUNDSTOP_YARA_KNOWN_H

#include "bundle.h"

/*
 * Return whether loading is known to go wrong: a reference that is made a pointer
 * leads out of its buffer (libyara only asserts that it does not), or there is no
 * summary (libyara forgets to free what it has loaded).  Most damaged files are of
 * the first kind: a campaign that runs them sees little else.
 */
int known_defect(const struct bundle *bundle);

#endif /* GROUNDSTOP_YARA_KNOWN_H */
