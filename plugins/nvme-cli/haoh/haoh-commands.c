// SPDX-License-Identifier: GPL-2.0-only
/* nvme haoh list, check, rules and snapshot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* The snapshot of --expect, to be freed; NULL without one. False, and told, when it cannot be read.
 */
static bool take_expected(const struct haoh_call *call, haoh_observation **expected)
{
	haoh_error *error = NULL;

	if (!call->expect)
		return true;
	*expected = haoh_observation_read(call->expect, &error);
	if (!*expected)
		haoh_fail_with(call, error);
	return *expected;
}

/* What is known and accepted. The handles are to be freed; NULL: not given. */
struct accepted {
	haoh_waivers *waivers;
	haoh_baseline *baseline;
};

static void free_accepted(struct accepted *accepted)
{
	haoh_waivers_free(accepted->waivers);
	haoh_baseline_free(accepted->baseline);
}

/* False, and told, when a file cannot be used. */
static bool take_accepted(const struct haoh_call *call, struct accepted *accepted)
{
	haoh_error *error = NULL;

	if (call->as_of && !call->waivers) {
		haoh_fail(call,
			  "--as-of=%s: there are no waivers that it would be for; add "
			  "--waivers=FILE",
			  call->as_of);
		return false;
	}
	if (call->waivers) {
		accepted->waivers = haoh_waivers_read(call->waivers, call->as_of, &error);
		if (!accepted->waivers) {
			haoh_fail_with(call, error);
			return false;
		}
	}
	if (call->baseline) {
		accepted->baseline = haoh_baseline_read(call->baseline, &error);
		if (!accepted->baseline) {
			haoh_fail_with(call, error);
			return false;
		}
	}
	return true;
}

static int judge(const struct haoh_call *call, const struct haoh_check_options *options)
{
	struct haoh_style style = haoh_style_of(call);
	haoh_report *report;
	haoh_error *error = NULL;
	char *text;
	int ret;

	report = haoh_inspect_host(call, options);
	if (!report)
		return 1;
	text = haoh_report_render(report, haoh_format_of(call), &style, &error);
	ret = haoh_print(call, text, error, haoh_report_status(report));
	haoh_report_free(report);
	return ret;
}

int haoh_nvme_check(const struct haoh_call *call)
{
	struct haoh_check_options options = HAOH_CHECK_OPTIONS_INIT;
	struct accepted accepted = {NULL, NULL};
	haoh_observation *expected = NULL;
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
	} else if (take_expected(call, &expected) && take_accepted(call, &accepted)) {
		options.rules = rules;
		options.expected = expected;
		options.waivers = accepted.waivers;
		options.baseline = accepted.baseline;
		ret = judge(call, &options);
	}
	free_accepted(&accepted);
	haoh_observation_free(expected);
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

int haoh_nvme_snapshot(const struct haoh_call *call)
{
	haoh_observation *observation;
	haoh_error *error = NULL;
	const char *missing;
	int status, ret;
	size_t i;

	if (!haoh_format_is_known(call))
		return 1;
	observation = haoh_read_host(call);
	if (!observation)
		return 1;
	status = haoh_observation_status(observation);
	for (i = 0; (missing = haoh_observation_unobserved(observation, i)); i++)
		fprintf(stderr, "not observed: %s\n", missing);

	if (!call->output_file)
		ret = haoh_print_line(call, haoh_observation_json(observation, &error), error,
				      status);
	else if (haoh_observation_write(observation, call->output_file, &error) < 0)
		ret = haoh_fail_with(call, error);
	else
		ret = status == HAOH_STATUS_OK ? 0 : 1;
	haoh_observation_free(observation);
	return ret;
}
