/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody else's program in C looks like: judges a recorded observation, reports an error, and
 * lets a policy choose a path. */
#include <haoh/haoh.h>

#include <stdio.h>
#include <string.h>

static const char snapshot[] = "{\"schema\": \"haoh.observation/1\","
                               " \"observed_at\": \"2026-01-01T00:00:00Z\", \"host\": null,"
                               " \"subsystems\": [], \"unobserved\": []}";

static int fails(const char* what, haoh_error* error) {
    fprintf(stderr, "%s: %s\n", what, error != NULL ? haoh_error_message(error) : "no reason");
    haoh_error_free(error);
    return 1;
}

static int judge(void) {
    haoh_error* error = NULL;
    haoh_observation* observation =
        haoh_observation_from_json(snapshot, strlen(snapshot), "a consumer's snapshot", &error);
    haoh_report* report;
    char* text;
    if (observation == NULL)
        return fails("reading a snapshot", error);
    report = haoh_check(observation, NULL, &error);
    haoh_observation_free(observation);
    if (report == NULL)
        return fails("judging", error);
    text = haoh_report_render(report, HAOH_TEXT, NULL, &error);
    if (text == NULL) {
        haoh_report_free(report);
        return fails("telling", error);
    }
    fputs(text, stdout);
    haoh_text_free(text);
    haoh_report_free(report);
    return 0;
}

static int explain_an_error(void) {
    haoh_error* error = NULL;
    haoh_config* config = haoh_config_parse("[[site]", 7, NULL, &error);
    if (config != NULL || error == NULL) {
        haoh_config_free(config);
        return fails("a broken configuration was taken", error);
    }
    printf("%s\n", haoh_error_message(error));
    haoh_error_free(error);
    return 0;
}

static int choose(void) {
    haoh_error* error = NULL;
    struct haoh_path path = HAOH_PATH_INIT;
    uint32_t name;
    int status = 0;
    haoh_selector* selector = haoh_selector_new("round-robin", NULL, &error);
    if (selector == NULL)
        return fails("a selector", error);
    name = haoh_selector_add_path(selector, &path, &error);
    if (name == 0 || haoh_selector_pick(selector, 0, 0) != name)
        status = fails("choosing the only path", error);
    haoh_selector_free(selector);
    return status;
}

int main(void) {
    printf("haoh %s, API %u\n", haoh_version(), haoh_api_version());
    if (haoh_api_version() < HAOH_API_VERSION)
        return fails("an old library", NULL);
    return judge() | explain_an_error() | choose();
}
