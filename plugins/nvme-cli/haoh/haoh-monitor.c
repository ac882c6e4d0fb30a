// SPDX-License-Identifier: GPL-2.0-only
/* nvme haoh monitor: events until a signal, or until the time is over. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "haoh-nvme.h"

/* How long a signal may have to wait for the loop. */
#define STEP_MS 100

static volatile sig_atomic_t ending;

static void end_by_signal(int number)
{
	(void)number;
	ending = 1;
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* A pipe that is closed is seen by the write that meets it, so that the kernel's trace is left as
 * it was found. */
static void take_signals(struct sigaction *before)
{
	struct sigaction action;
	size_t i;

	ending = 0;
	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	for (i = 0; i < SIGNALS; i++) {
		action.sa_handler = signals[i] == SIGPIPE ? SIG_IGN : end_by_signal;
		sigaction(signals[i], &action, &before[i]);
		/* What nohup made deaf stays so. */
		if (before[i].sa_handler == SIG_IGN)
			sigaction(signals[i], &before[i], NULL);
	}
}

static void give_signals_back(const struct sigaction *before)
{
	size_t i;

	for (i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before[i], NULL);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct output {
	const struct haoh_call *call;
	struct haoh_style style;
	int ret; /* 1: an event could not be told */
};

static int tell(void *user_data, const haoh_event *event)
{
	struct output *output = user_data;
	haoh_error *error = NULL;
	char *text;

	text = haoh_event_render(event, haoh_format_of(output->call), &output->style, &error);
	output->ret = haoh_print(output->call, text, error, HAOH_STATUS_OK);
	return output->ret || ending;
}

/* 0, or 1 when it had to end early, and told why. */
static int watch(const struct haoh_call *call, haoh_monitor *monitor, int64_t duration_ms)
{
	struct output output = {call, haoh_style_of(call), 0};
	int64_t end = now_ms() + duration_ms, left;
	haoh_error *error = NULL;
	int ret;

	while (!ending && haoh_monitor_running(monitor)) {
		left = duration_ms ? end - now_ms() : STEP_MS;
		if (left <= 0)
			break;
		ret = haoh_monitor_run(monitor, left < STEP_MS ? (int)left : STEP_MS, tell, &output,
				       &error);
		if (ret < 0)
			return haoh_fail_with(call, error);
		if (output.ret)
			return 1;
	}
	return 0;
}

static int summarize(const struct haoh_call *call, haoh_monitor *monitor)
{
	struct haoh_style style = haoh_style_of(call);
	haoh_error *error = NULL;
	char *text;
	int status;

	status = haoh_monitor_status(monitor, &error);
	if (status < 0)
		return haoh_fail_with(call, error);
	if (haoh_is_json(call))
		return status == HAOH_STATUS_OK ? 0 : 1;
	text = haoh_monitor_summary(monitor, &style, &error);
	return haoh_print(call, text, error, status);
}

static int run(const struct haoh_call *call, haoh_monitor *monitor, int64_t duration_ms)
{
	struct sigaction before[SIGNALS];
	haoh_error *error = NULL;
	int ret;

	take_signals(before);
	if (haoh_monitor_start(monitor, &error) < 0) {
		ret = haoh_fail_with(call, error);
	} else {
		ret = watch(call, monitor, duration_ms);
		if (!ret)
			ret = summarize(call, monitor);
	}
	haoh_monitor_free(monitor);
	give_signals_back(before);
	return ret;
}

int haoh_nvme_monitor(const struct haoh_call *call)
{
	struct haoh_monitor_options options = HAOH_MONITOR_OPTIONS_INIT;
	haoh_config *config = NULL;
	uint32_t duration_ms = 0;
	haoh_error *error = NULL;
	haoh_monitor *monitor;
	struct haoh_names names;
	struct haoh_source source;
	int ret;

	if (!haoh_format_is_known(call))
		return 1;
	if (call->duration && (!haoh_parse_duration(call->duration, &duration_ms) || !duration_ms))
		return haoh_fail(call, "--for=%s: it is no time, as 500ms, 30s or 5m",
				 call->duration);
	if (!haoh_take_config(call, &config))
		return 1;
	if (!haoh_take_names(call, 0, &names)) {
		haoh_config_free(config);
		return 1;
	}
	source = haoh_source_of(call, &names);
	options.config = config;
	monitor = haoh_monitor_new(&source, &options, &error);
	ret = monitor ? run(call, monitor, duration_ms) : haoh_fail_with(call, error);
	haoh_free_names(&names);
	haoh_config_free(config);
	return ret;
}
