// SPDX-License-Identifier: GPL-2.0-only
/* What the commands share: sources, settings, output and errors. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "haoh-nvme.h"

#define MIN_WIDTH 40

bool haoh_is_json(const struct haoh_call *call)
{
	return !strcmp(call->format, "json");
}

bool haoh_format_is_known(const struct haoh_call *call)
{
	if (haoh_is_json(call) || !strcmp(call->format, "normal"))
		return true;
	haoh_fail(call, "Invalid output format '%s': it is normal or json", call->format);
	return false;
}

enum haoh_format haoh_format_of(const struct haoh_call *call)
{
	return haoh_is_json(call) ? HAOH_JSON : HAOH_TEXT;
}

struct haoh_style haoh_style_of(const struct haoh_call *call)
{
	struct haoh_style style = HAOH_STYLE_INIT;
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= MIN_WIDTH)
		style.width = size.ws_col;
	style.verbose = call->verbose;
	return style;
}

void haoh_print_name(FILE *stream, const char *text)
{
	char *safe = haoh_safe_text(text, strlen(text), NULL);

	fputs(safe ? safe : "?", stream);
	haoh_text_free(safe);
}

void haoh_print_json_string(const char *text)
{
	char *safe = haoh_safe_text(text, strlen(text), NULL);
	const char *at;

	putchar('"');
	for (at = safe ? safe : "?"; *at; at++) {
		if (*at == '"' || *at == '\\')
			putchar('\\');
		putchar(*at);
	}
	putchar('"');
	haoh_text_free(safe);
}

int haoh_fail(const struct haoh_call *call, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		text = NULL;

	if (haoh_is_json(call)) {
		printf("{\"error\":");
		haoh_print_json_string(text ? text : "no memory");
		printf("}\n");
		fflush(stdout);
	} else {
		fflush(stdout);
		fputs("Error: ", stderr);
		haoh_print_name(stderr, text ? text : "no memory");
		putc('\n', stderr);
	}
	free(text);
	return 1;
}

int haoh_fail_with(const struct haoh_call *call, haoh_error *error)
{
	haoh_fail(call, "%s", error ? haoh_error_message(error) : "no memory");
	haoh_error_free(error);
	return 1;
}

int haoh_flush(void)
{
	int error;

	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	/* What a write long ago met is known no more. */
	error = errno ? errno : EIO;
	/* Not as an object: stdout is what does not work. */
	fprintf(stderr, "Error: cannot write the output: %s\n", strerror(error));
	return 1;
}

static int print(const struct haoh_call *call, char *text, const char *end, haoh_error *error,
		 int status)
{
	if (!text)
		return haoh_fail_with(call, error);

	errno = 0;
	fputs(text, stdout);
	fputs(end, stdout);
	haoh_text_free(text);
	if (haoh_flush())
		return 1;
	return status == HAOH_STATUS_OK ? 0 : 1;
}

int haoh_print(const struct haoh_call *call, char *text, haoh_error *error, int status)
{
	return print(call, text, haoh_is_json(call) ? "\n" : "", error, status);
}

int haoh_print_line(const struct haoh_call *call, char *text, haoh_error *error, int status)
{
	return print(call, text, "\n", error, status);
}

bool haoh_parse_duration(const char *text, uint32_t *milliseconds)
{
	static const struct {
		const char *name;
		double factor;
	} units[] = {
		{"", 1e3}, {"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3},
	};
	char *end;
	double number;
	size_t i;

	/* strtod() takes more than a number of an option should be. */
	if (text[strspn(text, "0123456789.")] && strchr("eExX", text[strspn(text, "0123456789.")]))
		return false;
	if (!strchr("0123456789", *text) || !*text)
		return false;
	number = strtod(text, &end);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name))
			continue;
		number *= units[i].factor;
		if (!(number <= UINT32_MAX / 2))
			return false;
		*milliseconds = (uint32_t)(number + 0.5);
		return true;
	}
	return false;
}

/* What leads to a device, as those of /dev/disk/by-id, counts as the device. */
static char *resolved(const char *word)
{
	char *path = strncmp(word, "/dev/", 5) ? NULL : realpath(word, NULL);

	if (path && !strncmp(path, "/dev/nvme", 9))
		return path;
	free(path);
	return strdup(word);
}

bool haoh_take_names(const struct haoh_call *call, size_t first, struct haoh_names *names)
{
	size_t i;

	names->count = 0;
	names->names = calloc(call->words_count + 1, sizeof(*names->names));
	for (i = first; names->names && i < call->words_count; i++) {
		names->names[names->count] = resolved(call->words[i]);
		if (!names->names[names->count])
			break;
		names->count++;
	}
	if (names->names && i >= call->words_count)
		return true;
	haoh_free_names(names);
	haoh_fail(call, "no memory");
	return false;
}

void haoh_free_names(struct haoh_names *names)
{
	while (names->count)
		free(names->names[--names->count]);
	free(names->names);
	names->names = NULL;
}

struct haoh_source haoh_source_of(const struct haoh_call *call, const struct haoh_names *names)
{
	struct haoh_source source = HAOH_SOURCE_INIT;

	if (names) {
		source.names = (const char *const *)names->names;
		source.names_count = names->count;
	}
	source.sysroot = call->sysroot;
	source.command_timeout_ms = call->timeout_ms;
	return source;
}

bool haoh_take_config(const struct haoh_call *call, haoh_config **config)
{
	haoh_error *error = NULL;

	*config = NULL;
	if (!call->config)
		return true;
	*config = haoh_config_read(call->config, &error);
	if (*config)
		return true;
	haoh_fail_with(call, error);
	return false;
}

/* The host as `words` name it, freed with `names`; false, and told, without memory. */
static bool take_host(const struct haoh_call *call, struct haoh_names *names,
		      struct haoh_source *source)
{
	if (!haoh_take_names(call, 0, names))
		return false;
	*source = haoh_source_of(call, names);
	return true;
}

/* Tells why there is nothing to go on with: `made` is NULL, or about nothing. */
static void tell_nothing(const struct haoh_call *call, const void *made, haoh_error *error)
{
	if (made)
		haoh_fail(call, "there is no NVMe subsystem on this host");
	else
		haoh_fail_with(call, error);
}

haoh_observation *haoh_read_host(const struct haoh_call *call)
{
	haoh_observation *observation;
	haoh_error *error = NULL;
	struct haoh_names names;
	struct haoh_source source;

	if (!take_host(call, &names, &source))
		return NULL;
	observation = haoh_observe(&source, &error);
	haoh_free_names(&names);
	if (observation && haoh_observation_status(observation) != HAOH_STATUS_NOTHING)
		return observation;
	tell_nothing(call, observation, error);
	haoh_observation_free(observation);
	return NULL;
}

haoh_report *haoh_inspect_host(const struct haoh_call *call,
			       const struct haoh_check_options *options)
{
	haoh_report *report;
	haoh_error *error = NULL;
	struct haoh_names names;
	struct haoh_source source;

	if (!take_host(call, &names, &source))
		return NULL;
	report = haoh_inspect(&source, options, NULL, &error);
	haoh_free_names(&names);
	if (report && haoh_report_status(report) != HAOH_STATUS_NOTHING)
		return report;
	tell_nothing(call, report, error);
	haoh_report_free(report);
	return NULL;
}
