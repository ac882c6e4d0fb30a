// SPDX-License-Identifier: GPL-2.0-only
/* nvme haoh policy show | list | explain DEVICE | set POLICY NAME... */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "haoh-nvme.h"

/* How long I/O is counted to tell each path's share. */
#define DEFAULT_MEASURE_MS 1000

static int show(const struct haoh_call *call, const haoh_config *config)
{
	struct haoh_style style = haoh_style_of(call);
	uint32_t measure_ms = DEFAULT_MEASURE_MS;
	int status = HAOH_STATUS_OK;
	haoh_error *error = NULL;
	struct haoh_names names;
	struct haoh_source source;
	char *text;

	if (call->duration && !haoh_parse_duration(call->duration, &measure_ms))
		return haoh_fail(call, "--for=%s: it is no time, as 500ms, 30s or 5m",
				 call->duration);
	if (!haoh_take_names(call, call->words_count ? 1 : 0, &names))
		return 1;
	source = haoh_source_of(call, &names);
	text = haoh_policy_show(&source, config, measure_ms, haoh_format_of(call), &style, &status,
				&error);
	haoh_free_names(&names);
	if (text && status == HAOH_STATUS_NOTHING) {
		haoh_text_free(text);
		return haoh_fail(call, "there is no NVMe subsystem on this host");
	}
	return haoh_print(call, text, error, status);
}

static int list(const struct haoh_call *call)
{
	struct haoh_source source = haoh_source_of(call, NULL);
	struct haoh_style style = haoh_style_of(call);
	haoh_error *error = NULL;
	char *text;

	if (call->words_count > 1)
		return haoh_fail(call, "'%s': policy list takes no device", call->words[1]);
	text = haoh_policy_list(&source, haoh_format_of(call), &style, &error);
	return haoh_print(call, text, error, HAOH_STATUS_OK);
}

static int explain(const struct haoh_call *call, const haoh_config *config)
{
	struct haoh_source source = haoh_source_of(call, NULL);
	struct haoh_style style = haoh_style_of(call);
	int status = HAOH_STATUS_OK;
	haoh_error *error = NULL;
	struct haoh_names names;
	char *text;

	if (call->words_count != 2)
		return haoh_fail(call, "policy explain takes one device, as /dev/nvme0n1");
	if (!haoh_take_names(call, 1, &names))
		return 1;
	text = haoh_policy_explain(&source, config, names.names[0], haoh_format_of(call), &style,
				   &status, &error);
	haoh_free_names(&names);
	return haoh_print(call, text, error, status);
}

/* `before` is NULL when nothing was set. */
static void tell_change(const struct haoh_call *call, const char *policy, const char *subsystem,
			const char *before)
{
	errno = 0;
	if (!haoh_is_json(call)) {
		haoh_print_name(stdout, subsystem ? subsystem : "new subsystems");
		fputs(before ? ": " : ": would be ", stdout);
		haoh_print_name(stdout, policy);
		printf("%s%s\n", before ? ", was " : "", before ? before : "");
		return;
	}
	printf("{\"subsystem\":");
	if (subsystem)
		haoh_print_json_string(subsystem);
	else
		printf("null");
	printf(",\"policy\":");
	haoh_print_json_string(policy);
	printf(",\"before\":");
	if (before)
		haoh_print_json_string(before);
	else
		printf("null");
	printf("}\n");
}

/* Whether there is such a subsystem; told when there is none. */
static bool is_there(const struct haoh_call *call, const char *name)
{
	struct haoh_source source = haoh_source_of(call, NULL);
	haoh_error *error = NULL;
	char *text;

	source.names = &name;
	source.names_count = 1;
	text = haoh_policy_show(&source, NULL, 0, HAOH_TEXT, NULL, NULL, &error);
	if (!text) {
		haoh_fail_with(call, error);
		return false;
	}
	haoh_text_free(text);
	return true;
}

/* The library wants a device without its directory. */
static int set_one(const struct haoh_call *call, const char *policy, const char *name)
{
	const char *subsystem = name && !strncmp(name, "/dev/", 5) ? name + 5 : name;
	haoh_error *error = NULL;
	char *before = NULL;

	if (call->dry_run && subsystem && !is_there(call, subsystem))
		return 1;
	if (!call->dry_run && haoh_policy_set(policy, subsystem, &before, &error) < 0)
		return haoh_fail_with(call, error);
	tell_change(call, policy, subsystem, before);
	haoh_text_free(before);
	return haoh_flush();
}

/* With -o json an object a line: a second subsystem may fail after the first was set. */
static int set(const struct haoh_call *call)
{
	struct haoh_names names;
	int ret = 0;
	size_t i;

	if (call->sysroot && !call->dry_run)
		return haoh_fail(call, "policy set changes this host: it goes without --sysroot");
	if (call->words_count < 2)
		return haoh_fail(call,
				 "policy set takes a policy that 'nvme haoh policy list' shows");
	if (call->for_new == (call->words_count > 2))
		return haoh_fail(call,
				 "policy set %s: name subsystems, or say --default for those that "
				 "appear later",
				 call->words[1]);
	if (call->for_new)
		return set_one(call, call->words[1], NULL);
	if (!haoh_take_names(call, 2, &names))
		return 1;
	for (i = 0; !ret && i < names.count; i++)
		ret = set_one(call, call->words[1], names.names[i]);
	haoh_free_names(&names);
	return ret;
}

int haoh_nvme_policy(const struct haoh_call *call)
{
	const char *verb = call->words_count ? call->words[0] : "show";
	haoh_config *config = NULL;
	int ret;

	if (!haoh_format_is_known(call))
		return 1;
	if (!strcmp(verb, "list"))
		return list(call);
	if (!strcmp(verb, "set"))
		return set(call);
	if (strcmp(verb, "show") && strcmp(verb, "explain"))
		return haoh_fail(call, "'%s': it is one of show, list, explain and set", verb);
	if (!haoh_take_config(call, &config))
		return 1;
	ret = !strcmp(verb, "show") ? show(call, config) : explain(call, config);
	haoh_config_free(config);
	return ret;
}
