/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * \file
 * The part of the C interface about what is known and accepted: waivers (haoh-waivers(5)), and an earlier
 * report as a baseline. haoh.h, whose conventions hold here, includes it.
 *
 * What a waiver covers, or the baseline had as well, stays among the findings and in haoh_report_count(), and
 * counts neither for haoh_report_verdict() nor for haoh_report_status(). All of it since version 7. */
#ifndef HAOH_ACCEPT_H
#define HAOH_ACCEPT_H

#include <haoh/haoh.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Refused are a rule that does not exist, a reason or an owner that is missing or begins with "FILL IN", and a
 * day that is missing or more than 366 days away.
 * \param name  the file's name, for messages; NULL: "waivers"
 * \param day   on which they are judged, "2027-01-31", UTC; NULL: today */
HAOH_API haoh_waivers* haoh_waivers_parse(const char* toml, size_t length, const char* name,
                                          const char* day, haoh_error** error);
/** The same of a file, of at most 1 MiB. */
HAOH_API haoh_waivers* haoh_waivers_read(const char* path, const char* day, haoh_error** error);
/** NULL is fine. */
HAOH_API void haoh_waivers_free(haoh_waivers* waivers);

/** `haoh.report/1`. \param name  for messages; NULL: "report". */
HAOH_API haoh_baseline* haoh_baseline_from_json(const char* json, size_t length, const char* name,
                                                haoh_error** error);
/** The same of a file, of at most 256 MiB. */
HAOH_API haoh_baseline* haoh_baseline_read(const char* path, haoh_error** error);
/** NULL is fine. */
HAOH_API void haoh_baseline_free(haoh_baseline* baseline);

/** A finding of the baseline that this report does not have. Strings belong to the report. */
struct haoh_gone {
    size_t size;
    const char* rule;
    int verdict;           /**< enum haoh_verdict, as it was */
    const char* subsystem; /**< NQN */
    const char* host;      /**< "": of none, or of several */
    const char* what;      /**< one clause */
    const uint32_t* nsids; /**< for which it is gone, ascending; none: it was about no namespace */
    size_t nsids_count;
    int looked_for; /**< 0: its rule, subsystem or host was not judged now: nothing is known of it */
};
#define HAOH_GONE_INIT                                                                             \
    { sizeof(struct haoh_gone), NULL, HAOH_VERDICT_PASS, NULL, NULL, NULL, NULL, 0, 0 }

/** Findings with a verdict that count for that of all: neither waived nor known. */
HAOH_API size_t haoh_report_blocking(const haoh_report* report, int verdict);
/** Findings of the baseline that this report does not have. */
HAOH_API size_t haoh_report_gone_count(const haoh_report* report);
/** Fills `gone`. */
HAOH_API int haoh_report_gone(const haoh_report* report, size_t index, struct haoh_gone* gone,
                              haoh_error** error);
/** A draft of waivers, as TOML, of what counts and fails (or warns, with HAOH_FAIL_ON_WARN): who answers for
 * each, and why, is to be filled in. \param day  as haoh_waivers_parse(). */
HAOH_API char* haoh_report_draft_waivers(const haoh_report* report, const char* day,
                                         haoh_error** error);

#ifdef __cplusplus
}
#endif

#endif
