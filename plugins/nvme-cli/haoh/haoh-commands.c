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
