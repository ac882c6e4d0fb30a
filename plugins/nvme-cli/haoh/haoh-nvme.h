/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `nvme haoh ...`: what the options said, and the commands that they are for.
 *
 * haoh-nvme.c is all that knows nvme-cli, so that its changes end there; the commands only know the
 * C API of libhaoh. Each returns what nvme ends with: 0, or 1 for whatever `haoh` has another exit
 * status for, because nvme has no more than these two.
 */
#ifndef HAOH_NVME_H
#define HAOH_NVME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <haoh/haoh.h>

struct haoh_call {
	/* Of every command. */
	const char *format; /* -o: "normal" or "json" */
	int verbose;
	uint32_t timeout_ms; /* for one command to a controller; 0: the default */
	const char *sysroot; /* a recorded tree; NULL: this host */
	char **words;	     /* what is no option: devices, mostly */
	size_t words_count;

	/* Of some; NULL or false: not given. */
	const char *config;
	const char *profile;
	const char *window;
	const char *fail_on;
	const char *rules; /* globs, separated by commas */
	const char *kernel;
	const char *expect; /* a snapshot */
	const char *waivers;
	const char *as_of;    /* the day on which they are judged */
	const char *baseline; /* a report */
	const char *duration;
	const char *output_file;
	bool for_new; /* policy set --default */
	bool dry_run;
};

int haoh_nvme_list(const struct haoh_call *call);
int haoh_nvme_check(const struct haoh_call *call);
int haoh_nvme_monitor(const struct haoh_call *call);
int haoh_nvme_policy(const struct haoh_call *call);
int haoh_nvme_rules(const struct haoh_call *call);
int haoh_nvme_snapshot(const struct haoh_call *call);

/* ---- What the commands share (haoh-common.c) ---- */

/* False, and told, when -o names no format of these commands. Asked before anything is done. */
bool haoh_format_is_known(const struct haoh_call *call);
bool haoh_is_json(const struct haoh_call *call);
enum haoh_format haoh_format_of(const struct haoh_call *call);
struct haoh_style haoh_style_of(const struct haoh_call *call);

/*
 * Tells an error as nvme does: a line on stderr, or with -o json an object on stdout. Always
 * returns 1.
 */
int haoh_fail(const struct haoh_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same of an error of the library, which is freed. */
int haoh_fail_with(const struct haoh_call *call, haoh_error *error);

/*
 * Prints a text of the library, JSON with the newline that it lacks, and frees it; NULL is
 * `error`, told. Returns `status` as nvme has it, or 1 when the text did not arrive.
 */
int haoh_print(const struct haoh_call *call, char *text, haoh_error *error, int status);

/* The same, with a newline whatever the format. */
int haoh_print_line(const struct haoh_call *call, char *text, haoh_error *error, int status);

/* Whether what was printed has arrived: 0; or 1, and told. errno is that of the writes. */
int haoh_flush(void);

/* What an argument or a file is called, safe for the terminal that it goes to. */
void haoh_print_name(FILE *stream, const char *text);

/* The same to stdout, with quotes. */
void haoh_print_json_string(const char *text);

/* "250ms", "30s", "5m", "2h", or seconds. False when it is none, or more than a year. */
bool haoh_parse_duration(const char *text, uint32_t *milliseconds);

/* Devices as the library names them. False, and told, when there is no memory. */
struct haoh_names {
	char **names;
	size_t count;
};
bool haoh_take_names(const struct haoh_call *call, size_t first, struct haoh_names *names);
void haoh_free_names(struct haoh_names *names);
/* `names` may be NULL. */
struct haoh_source haoh_source_of(const struct haoh_call *call, const struct haoh_names *names);

/* False, and told, when --config names a file that cannot be used; *config is NULL without it. */
bool haoh_take_config(const struct haoh_call *call, haoh_config **config);

/*
 * Reads the host, or those parts of it that `words` name. NULL, and told, when that fails or there
 * is nothing to read.
 */
haoh_observation *haoh_read_host(const struct haoh_call *call);
/* And judges it; what does not hold is read again. */
haoh_report *haoh_inspect_host(const struct haoh_call *call,
			       const struct haoh_check_options *options);

#endif
