// SPDX-License-Identifier: GPL-2.0-only
/* nvme haoh list, check, rules and snapshot. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "haoh-nvme.h"

int haoh_nvme_list(const struct haoh_call *call)
{
	struct haoh_style style = haoh_style_of(call);
	haoh_observation *observation;
	haoh_config *config = NULL;
	haoh_error *error = NULL;
	char *text;
	int ret;

	if (!haoh_format_is_known(call) || !haoh_take_config(call, &config))
		return 1;
	observation = haoh_read_host(call);
	if (!observation) {
		haoh_config_free(config);
		return 1;
	}
	text = haoh_list(observation, config, haoh_format_of(call), &style, &error);
	ret = haoh_print(call, text, error, haoh_observation_status(observation));
	haoh_observation_free(observation);
	haoh_config_free(config);
	return ret;
}

struct choice {
	const char *word;
	int value;
};

/* The value of a word of an option; `otherwise` without it. False, and told, when it is no choice.
 */
static bool choose(const struct haoh_call *call, const char *option, const char *word,
		   const struct choice *choices, int otherwise, int *value)
{
	char known[128] = "";
	const struct choice *one;

	*value = otherwise;
	if (!word)
		return true;
	for (one = choices; one->word; one++) {
		if (!strcasecmp(one->word, word)) {
			*value = one->value;
			return true;
		}
		snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
			 *known ? ", " : "", one->word);
	}
	haoh_fail(call, "--%s=%s: it is one of %s", option, word, known);
	return false;
}

static bool take_judgement(const struct haoh_call *call, struct haoh_check_options *options)
{
	static const struct choice profiles[] = {
		{"auto", HAOH_PROFILE_AUTO},
		{"single", HAOH_PROFILE_SINGLE},
		{"stretched", HAOH_PROFILE_STRETCHED},
		{"dispersed", HAOH_PROFILE_DISPERSED},
		{NULL, 0},
	};
	static const struct choice windows[] = {
		{"none", HAOH_WINDOW_NONE},
		{"migration", HAOH_WINDOW_MIGRATION},
		{"upgrade", HAOH_WINDOW_UPGRADE},
		{"resize", HAOH_WINDOW_RESIZE},
		{NULL, 0},
	};
	static const struct choice verdicts[] = {
		{"fail", HAOH_FAIL_ON_FAIL},
		{"warn", HAOH_FAIL_ON_WARN},
		{NULL, 0},
	};
	int profile, window, fail_on;

	if (!choose(call, "profile", call->profile, profiles, HAOH_PROFILE_DEFAULT, &profile) ||
	    !choose(call, "window", call->window, windows, HAOH_WINDOW_DEFAULT, &window) ||
	    !choose(call, "fail-on", call->fail_on, verdicts, HAOH_FAIL_ON_DEFAULT, &fail_on))
		return false;
	options->profile = profile;
	options->window = window;
	options->fail_on = fail_on;
	options->kernel = call->kernel;
	return true;
}

/* Cuts a list at its commas. The words lie in `*text`; both are to be freed. */
static bool split(const char *list, char **text, const char ***words, size_t *count)
{
	char *rest, *word;

	*count = 0;
	*text = strdup(list);
	*words = calloc(strlen(list) + 1, sizeof(**words));
	if (!*text || !*words)
		return false;
	rest = *text;
	while ((word = strsep(&rest, ",")))
		if (*word)
			(*words)[(*count)++] = word;
	return true;
}

static int judge(const struct haoh_call *call, const struct haoh_check_options *options)
{
	struct haoh_style style = haoh_style_of(call);
	haoh_observation *observation;
	haoh_report *report;
	haoh_error *error = NULL;
	char *text;
	int ret;

	observation = haoh_read_host(call);
	if (!observation)
		return 1;
	report = haoh_check(observation, options, &error);
	haoh_observation_free(observation);
	if (!report)
		return haoh_fail_with(call, error);
	text = haoh_report_render(report, haoh_format_of(call), &style, &error);
	ret = haoh_print(call, text, error, haoh_report_status(report));
	haoh_report_free(report);
	return ret;
}

int haoh_nvme_check(const struct haoh_call *call)
{
	struct haoh_check_options options = HAOH_CHECK_OPTIONS_INIT;
	const char **rules = NULL;
	haoh_config *config = NULL;
	char *text = NULL;
	int ret = 1;

	if (!haoh_format_is_known(call) || !take_judgement(call, &options) ||
	    !haoh_take_config(call, &config))
		return 1;
	options.config = config;
	if (call->rules && !split(call->rules, &text, &rules, &options.rules_count)) {
		haoh_fail(call, "no memory");
	} else if (call->rules && !options.rules_count) {
		haoh_fail(call, "--rule=%s: it names no rule; 'nvme haoh rules' lists them",
			  call->rules);
	} else {
		options.rules = rules;
		ret = judge(call, &options);
	}
	free(rules);
	free(text);
	haoh_config_free(config);
	return ret;
}

int haoh_nvme_rules(const struct haoh_call *call)
{
	struct haoh_style style = haoh_style_of(call);
	haoh_error *error = NULL;
	char *text;

	if (!haoh_format_is_known(call))
		return 1;
	if (call->words_count > 1)
		return haoh_fail(call, "'%s': one pattern at a time, as 'ns.*'", call->words[1]);
	text = haoh_rules(call->words_count ? call->words[0] : NULL, haoh_format_of(call), &style,
			  &error);
	return haoh_print(call, text, error, HAOH_STATUS_OK);
}

/*
 * A file that is there is replaced in one step, so that it is whole or as before; a pipe or a
 * device takes the text itself. 0 or errno.
 */
static int write_file(const char *path, const char *text)
{
	struct stat present;
	bool special = !stat(path, &present) && !S_ISREG(present.st_mode);
	char *name = NULL;
	FILE *file;
	int error;

	if (!special && asprintf(&name, "%s.new-%d", path, (int)getpid()) < 0)
		return ENOMEM;
	file = fopen(special ? path : name, special ? "we" : "wxe");
	if (!file) {
		error = errno;
		free(name);
		return error;
	}
	error = 0;
	if (fputs(text, file) == EOF || putc('\n', file) == EOF || fflush(file) ||
	    (!special && fsync(fileno(file))))
		error = errno;
	if (fclose(file) && !error)
		error = errno;
	if (!special && !error && rename(name, path))
		error = errno;
	if (!special && error)
		remove(name);
	free(name);
	return error;
}

int haoh_nvme_snapshot(const struct haoh_call *call)
{
	haoh_observation *observation;
	haoh_error *error = NULL;
	const char *missing;
	char *text;
	size_t i;
	int failed, ret;

	if (!haoh_format_is_known(call))
		return 1;
	observation = haoh_read_host(call);
	if (!observation)
		return 1;
	text = haoh_observation_json(observation, &error);
	if (!text) {
		haoh_observation_free(observation);
		return haoh_fail_with(call, error);
	}
	for (i = 0; (missing = haoh_observation_unobserved(observation, i)); i++)
		fprintf(stderr, "not observed: %s\n", missing);
	ret = haoh_observation_status(observation) == HAOH_STATUS_OK ? 0 : 1;

	if (call->output_file) {
		failed = write_file(call->output_file, text);
		if (failed)
			ret = haoh_fail(call, "%s: %s", call->output_file, strerror(failed));
	} else {
		failed = puts(text) == EOF || fflush(stdout) ? errno : 0;
		if (failed) {
			fprintf(stderr, "Error: cannot write the output: %s\n", strerror(failed));
			ret = 1;
		}
	}
	haoh_text_free(text);
	haoh_observation_free(observation);
	return ret;
}
