/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reported.h - records what an entry point reports.
 *
 * It defines the functions of groundstop.h, and so belongs to the one source of a program:
 * others have their own, or none.
 */
#ifndef REPORTED_H
#define REPORTED_H

#include <groundstop.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "files.h"

/* All that was reported since forget_reports(); of the findings the first. */
static struct file outcome;
static uint32_t stage, findings;
static char finding[256];

void groundstop_report_stage(uint32_t reported)
{
	if (reported > stage)
		stage = reported;
}

void groundstop_report_outcome(const void *data, size_t size)
{
	put(&outcome, data, size);
}

void groundstop_report_finding(const char *message)
{
	CHECK(strlen(message) < sizeof(finding));
	if (findings++ == 0)
		strcpy(finding, message);
}

static void forget_reports(void)
{
	drop(&outcome);
	stage = GROUNDSTOP_STAGE_NONE;
	findings = 0;
	finding[0] = 0;
}

#endif /* REPORTED_H */
