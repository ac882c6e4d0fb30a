/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host agent in C: checks once, then routes its own I/O by a selector that follows what a monitor
 * tells, in a loop of its own around poll(2).
 *
 * usage: agent-c NQN ADDRESS ADDRESS...     two arrays, "tcp://192.0.2.1"
 *
 * Prints a line for each finding, each event, and whenever the next I/O to namespace 1 takes another
 * path. Ends on SIGTERM or SIGINT.
 */
#include <haoh/haoh.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PATHS = 16 };

/* The paths to one namespace: what the monitor calls a controller, and what the selector calls it. */
struct paths {
    haoh_selector* selector;
    size_t count;
    char controller[MAX_PATHS][128];
    uint32_t path[MAX_PATHS];
    uint32_t last;
};

static volatile sig_atomic_t ended;

static void end(int signal_number) {
    (void)signal_number;
    ended = 1;
}

static int fail(haoh_error* error) {
    fprintf(stderr, "agent-c: %s\n", haoh_error_message(error));
    haoh_error_free(error);
    return 1;
}

/* What must be known before the first I/O: is it one thing? */
static int check(const struct haoh_source* source, haoh_error** error) {
    haoh_observation* observation = haoh_observe(source, error);
    haoh_report* report = observation ? haoh_check(observation, NULL, error) : NULL;
    int status = report ? haoh_report_status(report) : -1;
    size_t i;

    for (i = 0; i < haoh_report_finding_count(report); ++i) {
        struct haoh_finding finding = HAOH_FINDING_INIT;
        if (haoh_report_finding(report, i, &finding, NULL) == 0 &&
            finding.verdict >= HAOH_VERDICT_WARN)
            printf("finding: %s: %s\n  fix: %s\n", finding.rule, finding.what, finding.fix);
    }
    haoh_report_free(report);
    haoh_observation_free(observation);
    return status;
}

/* Without ANA ("") all paths are as good; what cannot be read is not taken. */
static enum haoh_ana_state parse_ana_state(const char* text) {
    if (text[0] == '\0' || strcmp(text, "optimized") == 0)
        return HAOH_ANA_OPTIMIZED;
    return strcmp(text, "non-optimized") == 0 ? HAOH_ANA_NON_OPTIMIZED : HAOH_ANA_INACCESSIBLE;
}

/* A path appears, or its state is another one. */
static void set_path(struct paths* paths, const char* controller, const char* ana_state) {
    struct haoh_path state = HAOH_PATH_INIT;
    size_t i = 0;

    state.ana = parse_ana_state(ana_state);
    while (i < paths->count && strcmp(paths->controller[i], controller) != 0)
        ++i;
    if (i < paths->count) {
        haoh_selector_set_path(paths->selector, paths->path[i], &state, NULL);
    } else if (i < MAX_PATHS) {
        snprintf(paths->controller[i], sizeof paths->controller[i], "%s", controller);
        paths->path[i] = haoh_selector_add_path(paths->selector, &state, NULL);
        paths->count += paths->path[i] != 0;
    }
}

static const char* name_of(const struct paths* paths, uint32_t path) {
    size_t i;

    for (i = 0; i < paths->count; ++i)
        if (paths->path[i] == path)
            return paths->controller[i];
    return "none";
}

/* Where the next I/O goes. An agent that does I/O calls started and completed around each. */
static void tell_route(struct paths* paths) {
    uint32_t path = haoh_selector_pick(paths->selector, 0, 0);

    if (path != paths->last)
        printf("next I/O to namespace 1: %s\n", name_of(paths, path));
    paths->last = path;
}

static void take(struct paths* paths, const haoh_event* event) {
    struct haoh_event_info info = HAOH_EVENT_INFO_INIT;
    char* line = haoh_event_render(event, HAOH_TEXT, NULL, NULL);

    if (line)
        fputs(line, stdout);
    haoh_text_free(line);
    if (haoh_event_get(event, &info, NULL) != 0 || info.nsid != 1)
        return;
    if (info.kind == HAOH_EVENT_ANA_CHANGE || info.kind == HAOH_EVENT_PATH_ADDED)
        set_path(paths, info.controller, info.to);
    else if (info.kind == HAOH_EVENT_PATH_LOST)
        set_path(paths, info.controller, "inaccessible");
    tell_route(paths);
}

/* All paths to namespace 1 as they are when the events begin. */
static void begin(haoh_monitor* monitor, struct paths* paths) {
    haoh_path_list* list = haoh_monitor_paths(monitor, NULL);
    size_t i;

    for (i = 0; i < haoh_path_list_count(list); ++i) {
        struct haoh_path_info info = HAOH_PATH_INFO_INIT;
        if (haoh_path_list_get(list, i, &info, NULL) == 0 && info.nsid == 1)
            set_path(paths, info.controller, info.ana_state);
    }
    haoh_path_list_free(list);
    printf("watching\n");
    tell_route(paths);
}

static int watch(const struct haoh_source* source, struct paths* paths, haoh_error** error) {
    haoh_monitor* monitor = haoh_monitor_new(source, NULL, error);
    int result = monitor && haoh_monitor_start(monitor, error) == 0 ? 0 : -1;
    struct pollfd descriptor = {.fd = haoh_monitor_fd(monitor), .events = POLLIN, .revents = 0};
    haoh_event* event;

    if (result == 0)
        begin(monitor, paths);
    while (result == 0 && !ended && haoh_monitor_running(monitor)) {
        fflush(stdout);
        if (poll(&descriptor, 1, 500) < 0 && errno != EINTR)
            break;
        while ((result = haoh_monitor_next(monitor, 0, &event, error)) == 1) {
            take(paths, event);
            haoh_event_free(event);
        }
    }
    haoh_monitor_free(monitor);
    return result;
}

int main(int argc, char** argv) {
    struct haoh_source source = HAOH_SOURCE_INIT;
    struct paths paths = {0};
    haoh_error* error = NULL;

    if (argc < 3) {
        fprintf(stderr, "usage: agent-c NQN ADDRESS...\n");
        return 2;
    }
    signal(SIGINT, end);
    signal(SIGTERM, end);
    source.nqn = argv[1];
    source.targets = (const char* const*)(argv + 2);
    source.targets_count = (size_t)argc - 2;

    if (check(&source, &error) < 0)
        return fail(error);
    paths.selector = haoh_selector_new("queue-depth", NULL, &error);
    if (!paths.selector)
        return fail(error);
    if (watch(&source, &paths, &error) < 0) {
        haoh_selector_free(paths.selector);
        return fail(error);
    }
    haoh_selector_free(paths.selector);
    return 0;
}
