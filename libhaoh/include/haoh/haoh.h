/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * \file
 * The C interface of libhaoh: observe, check, list, monitor and policies, for host agents in C and
 * in whatever calls C. See libhaoh(3) and docs/agent-guide.md. Long because a C interface is one
 * header: callers include it, and bindings read it, as a whole.
 *
 * **Errors.** What can fail takes a `haoh_error **` as its last argument, which may be NULL. A
 * failed call returns NULL or a negative `haoh_code` and stores an error there that the caller frees
 * with haoh_error_free(). A call that succeeds does not touch it. No C++ exception ever crosses.
 *
 * **Ownership.** A handle belongs to who got it, and is freed by the function of its name, which
 * takes NULL. Handles do not depend on each other: what was made from an observation or a
 * configuration may outlive it. Text that is returned as `char *` is freed with haoh_text_free();
 * `const char *` belongs to the handle that was asked.
 *
 * **Text** is UTF-8, ends with a NUL and is safe to print, whatever an array or a file has put into it:
 * what every function here returns, calls back with or puts into a structure. Names and messages are
 * one line each, in which each byte of a control character, of one that is invisible or changes the
 * direction of writing, and of anything that is not UTF-8 is written as `\xNN`. A name that has none of
 * these, as every good one, is exact. JSON of observations, events and policies has the very bytes, as
 * escapes.
 *
 * **Structures** have their size as the first member, set by the `..._INIT` macro (or by hand:
 * everything else zero). Members are only ever added at the end: a program that was built against an
 * older header goes on to work. Zero and NULL mean "the default" everywhere. A structure that says
 * more than this library knows is refused with HAOH_UNSUPPORTED.
 *
 * **Enumerations** are `int` in structures and arguments, so that a value of a newer version is an
 * error and not undefined. `format` is an `enum haoh_format`, `verdict` an `enum haoh_verdict`.
 *
 * **Threads.** Different handles may be used by different threads at once. One handle may be used by
 * one thread at a time, if nothing else is said. Nothing here is for signal handlers. No call starts
 * a thread that outlives it, except haoh_monitor_start(), and a look-up of a target's host name
 * (getaddrinfo(3), which cannot be stopped) that takes longer than the call may. Numeric addresses
 * need none.
 *
 * **Misuse.** NULL for a handle, or a handle of another type, is an error (HAOH_INVALID_ARGUMENT)
 * where a function can report one, and does nothing where it cannot. An index beyond the end of a list
 * is HAOH_NOT_FOUND; a function that cannot report it returns NULL. A freed handle is an assertion
 * in builds without NDEBUG, and undefined otherwise. */
#ifndef HAOH_HAOH_H
#define HAOH_HAOH_H

#include <haoh/visibility.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Of this header; haoh_api_version() is that of the library. Grows with each addition. */
#define HAOH_API_VERSION 7

/** What was tried, on what, why it failed and what helps. */
typedef struct haoh_error haoh_error;

HAOH_API const char* haoh_version(void);  /**< "0.1.0" */
HAOH_API unsigned haoh_api_version(void); /**< HAOH_API_VERSION of the library that runs. */

/** Frees a text that a function here returned. NULL is fine. */
HAOH_API void haoh_text_free(char* text);

/** What another source than this library gave, such as an argument, as safe to print as all text here.
 * To be freed with haoh_text_free(). Since version 3. */
HAOH_API char* haoh_safe_text(const char* text, size_t length, haoh_error** error);

/* ---- Errors ------------------------------------------------------------------------------- */

/** Why a call failed. Functions that return `int` return it negated. */
enum haoh_code {
    HAOH_OK = 0,
    HAOH_MALFORMED = 1,          /**< bytes or text that break the specification or the format */
    HAOH_UNEXPECTED = 2,         /**< well formed, but not what may come at this point */
    HAOH_TIMED_OUT = 3,          /**< no answer in time */
    HAOH_CLOSED = 4,             /**< the peer closed the connection */
    HAOH_TERMINATED = 5,         /**< the peer sent an NVMe/TCP termination request */
    HAOH_DIGEST = 6,             /**< a header or data digest does not match */
    HAOH_COMMAND_FAILED = 7,     /**< an NVMe command completed with an error status */
    HAOH_REFUSED_HOST = 8,       /**< the subsystem does not allow this host */
    HAOH_UNKNOWN_SUBSYSTEM = 9,  /**< no such subsystem behind this address */
    HAOH_UNSTABLE = 10,          /**< the content changed at every attempt to read it */
    HAOH_UNSUPPORTED = 11,       /**< the peer or this build cannot do it */
    HAOH_INVALID_ARGUMENT = 12,  /**< an argument or the configuration is wrong */
    HAOH_TOO_LARGE = 13,         /**< over a bound; the message says which */
    HAOH_CANCELED = 14,          /**< the caller canceled it */
    HAOH_NOT_FOUND = 15,         /**< a file, key or object that does not exist */
    HAOH_SHORT_ANSWER = 16,      /**< fewer bytes came than were asked for. Since version 3 */
    HAOH_NOT_AUTHENTICATED = 17, /**< in-band authentication is demanded. Since version 4 */
    HAOH_SYSTEM = 100,           /**< the operating system says why: haoh_error_errno() */
    HAOH_NO_MEMORY = 101,        /**< memory ran out in this process */
    HAOH_INTERNAL = 102          /**< a defect of libhaoh; please report it */
};

HAOH_API int haoh_error_code(const haoh_error* error); /**< Why, for programs: enum haoh_code. */
/** errno value with HAOH_SYSTEM, else 0. */
HAOH_API int haoh_error_errno(const haoh_error* error);
/** "OPERATION OBJECT: CAUSE; ADVICE", one line; the parts are below, advice may be "". */
HAOH_API const char* haoh_error_message(const haoh_error* error);
HAOH_API const char* haoh_error_operation(const haoh_error* error); /**< What was tried: "read". */
/** On what: "haoh.toml:3: site.name". */
HAOH_API const char* haoh_error_object(const haoh_error* error);
HAOH_API const char* haoh_error_cause(const haoh_error* error); /**< Why it failed: "missing". */
/** What helps; "" where nothing is known. */
HAOH_API const char* haoh_error_advice(const haoh_error* error);
HAOH_API void haoh_error_free(haoh_error* error); /**< NULL is fine. */

/* ---- What rendered text looks like -------------------------------------------------------- */

/** What a function that returns text makes of it. */
enum haoh_format {
    HAOH_TEXT = 0, /**< for people, ends with a newline */
    HAOH_JSON = 1, /**< one object of a versioned schema (docs/schema), no newline at the end */
    HAOH_DOT = 2,  /**< for Graphviz; haoh_list() only */
    HAOH_SVG = 3   /**< haoh_policy_simulate() only */
};

/** Text only. */
struct haoh_style {
    size_t size;
    unsigned width; /**< columns to wrap at, 40 or more; 0: 80 */
    int color;      /**< ANSI colours */
    int verbose;    /**< sources, and every value */
};
#define HAOH_STYLE_INIT                                                                            \
    { sizeof(struct haoh_style), 0, 0, 0 }

/** How complete an answer is: the exit statuses of haoh(1). */
enum haoh_status {
    HAOH_STATUS_OK = 0,     /**< every rule that applies holds; all could be read; I/O has a path */
    HAOH_STATUS_FAILED = 1, /**< a rule failed; no path can take I/O */
    HAOH_STATUS_INCOMPLETE = 3, /**< nothing failed, but not all could be observed, or no rule had
                                     anything to judge */
    HAOH_STATUS_NOTHING = 4     /**< there was nothing to observe */
};

/* ---- Configuration ------------------------------------------------------------------------ */

/** Which array a controller is on, and how to judge: haoh.toml(5). */
typedef struct haoh_config haoh_config;

/** \param name  the file's name, for messages; NULL: "configuration" */
HAOH_API haoh_config* haoh_config_parse(const char* toml, size_t length, const char* name,
                                        haoh_error** error);
/** The same of a file, of at most 1 MiB. What never ends or waits for somebody (a FIFO, /dev/zero) is
 * refused. Since version 3. */
HAOH_API haoh_config* haoh_config_read(const char* path, haoh_error** error);
HAOH_API void haoh_config_free(haoh_config* config); /**< NULL is fine. */

/* ---- Observing ---------------------------------------------------------------------------- */

/** Called on the calling thread while it waits: `done` of `total` namespaces of one object were
 * read. Must not call back into the library. */
typedef void (*haoh_progress_fn)(void* user_data, const char* object, size_t done, size_t total);

/** Bits of `haoh_source.flags`. */
enum haoh_source_flag {
    HAOH_SOURCE_HDR_DIGEST = 1,  /**< ask for NVMe/TCP header digests */
    HAOH_SOURCE_DATA_DIGEST = 2, /**< and for data digests */
    HAOH_SOURCE_NO_PROBE = 4,    /**< no second connection to see controller IDs handed out */
    HAOH_SOURCE_NO_COMMANDS = 8, /**< sysfs only: send nothing to this host's controllers */
    HAOH_SOURCE_HOST = 16        /**< this host also, although there are targets */
};

/** What to look at: this host, as long as there is no target. */
struct haoh_source {
    size_t size;
    /** Of this host: NQN, nvme-subsysN, nvmeN or nvmeNnM, also below /dev; none: everything. */
    const char* const* names;
    size_t names_count;
    /** A recorded tree instead of this host (sys/class/nvme-subsystem below it). */
    const char* sysroot;
    /** Arrays to be asked directly: "tcp://ADDR[:PORT]" or "transport=tcp,traddr=...". */
    const char* const* targets;
    size_t targets_count;
    const char* nqn;             /**< of the targets; NULL: their discovery logs are followed */
    const char* hostnqn;         /**< NULL: /etc/nvme/hostnqn, else a generated one */
    const char* hostid;          /**< NULL: /etc/nvme/hostid */
    uint32_t timeout_ms;         /**< for each target or controller in all; 0: 30000 */
    uint32_t command_timeout_ms; /**< for each connection and command; 0: 5000 */
    uint32_t flags;              /**< enum haoh_source_flag */
    haoh_progress_fn progress;   /**< NULL: none */
    void* progress_data;
};
#define HAOH_SOURCE_INIT                                                                           \
    { sizeof(struct haoh_source), NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, 0, 0, 0, NULL, NULL }

/** What controllers and kernels said at one time. A value: it never changes. */
typedef struct haoh_observation haoh_observation;

/** Reads everything once. Needs CAP_SYS_ADMIN to ask this host's controllers; without it, they are
 * among what was not observed. Whatever one controller or array does, the others are read.
 * \param source  NULL: this host */
HAOH_API haoh_observation* haoh_observe(const struct haoh_source* source, haoh_error** error);
/** A snapshot, `haoh.observation/1`. \param name  for messages; NULL: "snapshot" */
HAOH_API haoh_observation* haoh_observation_from_json(const char* json, size_t length,
                                                      const char* name, haoh_error** error);
/** The same of a file, of at most 1 GiB, as `haoh snapshot` writes it. What never ends or waits for somebody
 * (a FIFO, /dev/zero) is refused. Since version 5. */
HAOH_API haoh_observation* haoh_observation_read(const char* path, haoh_error** error);
/** Several hosts or arrays as one. */
HAOH_API haoh_observation* haoh_observation_merge(const haoh_observation* const* parts,
                                                  size_t count, haoh_error** error);
/** The snapshot: `haoh.observation/1` with raw pages. */
HAOH_API char* haoh_observation_json(const haoh_observation* observation, haoh_error** error);
/** The same into a file, as `haoh snapshot` writes it: whole or not at all; links are followed, and a file
 * that is replaced keeps its mode. \return 0 or a negative haoh_code. Since version 3. */
HAOH_API int haoh_observation_write(const haoh_observation* observation, const char* path,
                                    haoh_error** error);
/** HAOH_STATUS_OK, _INCOMPLETE or _NOTHING; negative haoh_code for NULL. */
HAOH_API int haoh_observation_status(const haoh_observation* observation);
/** Controllers that were read, by the kernel's names or addresses. */
HAOH_API size_t haoh_observation_controller_count(const haoh_observation* observation);
/** What could not be observed, a line each; NULL beyond the last. */
HAOH_API const char* haoh_observation_unobserved(const haoh_observation* observation, size_t index);
/** Why, in a word that stays: "refused", "timed_out", "host_not_allowed", ..., as `reason` in
 * `haoh.observation/1`. NULL beyond the last. Since version 4. */
HAOH_API const char* haoh_observation_unobserved_reason(const haoh_observation* observation,
                                                        size_t index);
HAOH_API void haoh_observation_free(haoh_observation* observation); /**< NULL is fine. */

/** `haoh list`: what is there, from where. HAOH_TEXT, HAOH_JSON or HAOH_DOT. */
HAOH_API char* haoh_list(const haoh_observation* observation, const haoh_config* config, int format,
                         const struct haoh_style* style, haoh_error** error);
/** `haoh diff`: HAOH_TEXT or HAOH_JSON. \param count  of the differences; may be NULL */
HAOH_API char* haoh_diff(const haoh_observation* before, const haoh_observation* after, int format,
                         const struct haoh_style* style, size_t* count, haoh_error** error);

/* ---- Checking ----------------------------------------------------------------------------- */

/** Of a finding or of a report, ascending by weight. */
enum haoh_verdict {
    HAOH_VERDICT_PASS = 0,
    HAOH_VERDICT_NOTE = 1,
    HAOH_VERDICT_UNKNOWN = 2,
    HAOH_VERDICT_WARN = 3,
    HAOH_VERDICT_FAIL = 4
};

/** What is meant to be presented. */
enum haoh_profile {
    HAOH_PROFILE_DEFAULT = 0, /**< as the configuration says, else automatic */
    HAOH_PROFILE_AUTO = 1,
    HAOH_PROFILE_SINGLE = 2,
    HAOH_PROFILE_STRETCHED = 3,
    HAOH_PROFILE_DISPERSED = 4
};

/** A change that is under way, for which some rules are judged one step milder. */
enum haoh_window {
    HAOH_WINDOW_DEFAULT = 0, /**< as the configuration says, else none */
    HAOH_WINDOW_NONE = 1,
    HAOH_WINDOW_MIGRATION = 2,
    HAOH_WINDOW_UPGRADE = 3,
    HAOH_WINDOW_RESIZE = 4
};

/** From which verdict on haoh_report_status() is HAOH_STATUS_FAILED. */
enum haoh_fail_on {
    HAOH_FAIL_ON_DEFAULT = 0, /**< as the configuration says, else fail */
    HAOH_FAIL_ON_FAIL = 1,
    HAOH_FAIL_ON_WARN = 2
};

/** Known deviations, see haoh/accept.h. Since version 7. */
typedef struct haoh_waivers haoh_waivers;
/** An earlier report, see haoh/accept.h. Since version 7. */
typedef struct haoh_baseline haoh_baseline;

/** How to judge. */
struct haoh_check_options {
    size_t size;
    const haoh_config* config; /**< NULL: the default */
    int profile;               /**< enum haoh_profile */
    int window;                /**< enum haoh_window */
    int fail_on;               /**< enum haoh_fail_on */
    const char* const*
        rules; /**< globs of rule IDs; none: all; "!GLOB" leaves out what it matches */
    size_t rules_count;
    /** "6.12", or as `uname -r` says on any distribution: what this Linux release does with each
     * finding. NULL: the observed host's, else the running one. */
    const char* kernel;
    /** What was there when all was well, an earlier observation: each subsystem, controller and namespace
     * of it that is gone is told, by the rules of the family "expect". NULL: nothing is known of that. It
     * must live as long as the call. Since version 5. */
    const haoh_observation* expected;
    const haoh_waivers* waivers;   /**< NULL: none. It must live so long, too. Since version 7. */
    const haoh_baseline* baseline; /**< likewise. Since version 7. */
};
#define HAOH_CHECK_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(struct haoh_check_options), NULL, HAOH_PROFILE_DEFAULT, HAOH_WINDOW_DEFAULT,        \
            HAOH_FAIL_ON_DEFAULT, NULL, 0, NULL, NULL, NULL, NULL                                  \
    }

/** A finding, worst first. Strings belong to the report. */
struct haoh_finding {
    size_t size;
    const char* rule;       /**< "ns.uuid.equal": stable, see `haoh rules` */
    int verdict;            /**< enum haoh_verdict */
    const char* severity;   /**< "C" corruption, "L" loss of access, "H" degraded, "M" management */
    const char* subsystem;  /**< NQN */
    const char* what;       /**< one clause */
    const char* why;        /**< what happens when the rule does not hold */
    const char* fix;        /**< what to do */
    const char* basis;      /**< section of a specification, function of the kernel */
    const uint32_t* nsids;  /**< ascending; none: it is about no namespace */
    size_t nsids_count;     /**< of `nsids` */
    const char* on_kernel;  /**< what that release makes of it, or, with a word of caution, what
                                 the nearest does; "" where nothing is known */
    const char* on_release; /**< "6.12" */
    size_t values_count;    /**< haoh_report_value() */
    const char* host;       /**< whose view it is about; "": no host's, or several (haoh_value has
                                 each). Since version 4 */
    const char* waived_reason;  /**< of the waiver that covers it, or "". Since version 7. */
    const char* waived_owner;   /**< likewise. Since version 7. */
    const char* waived_expires; /**< its last day: "2027-01-31". Since version 7. */
    int known;                  /**< not 0: the baseline had it. Since version 7. */
};
#define HAOH_FINDING_INIT                                                                          \
    {                                                                                              \
        sizeof(struct haoh_finding), NULL, HAOH_VERDICT_PASS, NULL, NULL, NULL, NULL, NULL, NULL,  \
            NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0                                      \
    }

/** What one controller says of what a finding is about, or what another object has. */
struct haoh_value {
    size_t size;
    const char* controller; /**< its name; "" where it is not about one controller */
    const char* site;       /**< array; "" where it is not known */
    const char* value;
    /** Where it is not about a controller: a device, a subsystem or a module of a host, or a host;
     * else "". Since version 2. */
    const char* object;
    const char*
        host; /**< the host that it is of, "" where it was asked directly. Since version 4. */
};
#define HAOH_VALUE_INIT                                                                            \
    { sizeof(struct haoh_value), NULL, NULL, NULL, NULL, NULL }

/** On which array a controller is, and why it is taken to be there. Strings belong to the report.
 * Since version 6. */
struct haoh_attribution {
    size_t size;
    const char* controller; /**< its name */
    const char* host;       /**< the host that it is of, "" where it was asked directly */
    const char* site;       /**< array; "" where it is not known */
    const char* evidence;   /**< "target tcp://10.0.0.1:4420", ... */
    /** Percent. Below 80 nothing is judged by it, and the finding model.arrays has the lines that settle
     * it: haoh_report_finding_config(). 100: the configuration says so. */
    unsigned confidence;
};
#define HAOH_ATTRIBUTION_INIT                                                                      \
    { sizeof(struct haoh_attribution), NULL, NULL, NULL, NULL, 0 }

/** What became of a rule; ascending by weight. */
enum haoh_rule_state {
    HAOH_RULE_NOT_APPLICABLE = 0, /**< there was nothing that it applies to */
    HAOH_RULE_HELD = 1,           /**< for all that it applies to, which is something */
    HAOH_RULE_UNKNOWN = 2,        /**< not known to be broken, and not all could be judged by it */
    HAOH_RULE_BROKEN = 3          /**< a finding says where */
};

/** The judgement of an observation. A value: it never changes. */
typedef struct haoh_report haoh_report;

/** Judges by every rule. No I/O. \param options  NULL: the defaults */
HAOH_API haoh_report* haoh_check(const haoh_observation* observation,
                                 const struct haoh_check_options* options, haoh_error** error);
/** Reads and judges, as `haoh check` does: what does not hold over several controllers or moments is read
 * again, a little later, so that a failover between two readings is not taken for a defect. The readings
 * after the first take no longer than `timeout_ms` of the source in all.
 * \param source       NULL: this host
 * \param options      NULL: the defaults
 * \param observation  is set to the reading that is judged, to be freed by the caller; may be NULL
 * Since version 4. */
HAOH_API haoh_report* haoh_inspect(const struct haoh_source* source,
                                   const struct haoh_check_options* options,
                                   haoh_observation** observation, haoh_error** error);
/** Of all; HAOH_VERDICT_UNKNOWN for NULL. */
HAOH_API int haoh_report_verdict(const haoh_report* report);
/** HAOH_STATUS_...: the exit status of `haoh check`; negative haoh_code for NULL. */
HAOH_API int haoh_report_status(const haoh_report* report);
/** Findings with a verdict; with HAOH_VERDICT_PASS, rules without any. */
HAOH_API size_t haoh_report_count(const haoh_report* report, int verdict);
/** All rules that were asked for. Since version 2. */
HAOH_API size_t haoh_report_rule_count(const haoh_report* report);
/** Of these, those in a state. \param state  enum haoh_rule_state. Since version 2. */
HAOH_API size_t haoh_report_rules_in(const haoh_report* report, int state);
/** The ID of one of them; they are ordered by it. Belongs to the report.
 * \param state  is set to an enum haoh_rule_state; may be NULL. Since version 2. */
HAOH_API const char* haoh_report_rule(const haoh_report* report, size_t index, int* state,
                                      haoh_error** error);
/** All findings, of every verdict. */
HAOH_API size_t haoh_report_finding_count(const haoh_report* report);
/** Fills `finding`. */
HAOH_API int haoh_report_finding(const haoh_report* report, size_t index,
                                 struct haoh_finding* finding, haoh_error** error);
/** Fills `value` with what one controller says of what a finding is about. */
HAOH_API int haoh_report_value(const haoh_report* report, size_t finding, size_t index,
                               struct haoh_value* value, haoh_error** error);
/** A line for haoh.toml of those that settle a finding, to be corrected where they say what is not so; it
 * may be "". Belongs to the report. NULL beyond the last: most findings have none. Since version 6. */
HAOH_API const char* haoh_report_finding_config(const haoh_report* report, size_t finding,
                                                size_t index);
/** One for each controller. Since version 6. */
HAOH_API size_t haoh_report_attribution_count(const haoh_report* report);
/** Fills `attribution`. Since version 6. */
HAOH_API int haoh_report_attribution(const haoh_report* report, size_t index,
                                     struct haoh_attribution* attribution, haoh_error** error);
/** HAOH_TEXT, or HAOH_JSON: `haoh.report/1`. */
HAOH_API char* haoh_report_render(const haoh_report* report, int format,
                                  const struct haoh_style* style, haoh_error** error);
/** The same in a format by its name, as `haoh check -o` takes it: also those that enum haoh_format
 * does not have. "json": without a newline at the end. Since version 2. */
HAOH_API char* haoh_report_render_as(const haoh_report* report, const char* format,
                                     const struct haoh_style* style, haoh_error** error);
/** Their names; "text" is the first. NULL beyond the end. Since version 2. */
HAOH_API const char* haoh_report_format(size_t index);
HAOH_API void haoh_report_free(haoh_report* report); /**< NULL is fine. */

/** `haoh rules`: HAOH_TEXT, or HAOH_JSON: `haoh.rules/1`. \param glob  NULL: all */
HAOH_API char* haoh_rules(const char* glob, int format, const struct haoh_style* style,
                          haoh_error** error);

/* ---- Monitoring --------------------------------------------------------------------------- */

/** Bits of `haoh_monitor_options.flags`. */
enum haoh_monitor_flag {
    HAOH_MONITOR_NO_ANA_LOG = 1, /**< do not read this host's ANA logs: sends no command for them */
    HAOH_MONITOR_NO_IDENTITY = 2 /**< nor identities after reconnects */
};

/** How closely to watch. */
struct haoh_monitor_options {
    size_t size;
    const haoh_config* config;  /**< sites and profile; NULL: none */
    uint32_t poll_interval_ms;  /**< 0: 1000; else 10 or more */
    uint32_t scan_interval_ms;  /**< 0: 10000 */
    uint32_t retry_interval_ms; /**< 0: 1000 */
    uint32_t flags;             /**< enum haoh_monitor_flag */
    size_t queue;               /**< events kept before alike ones are joined; 0: 65536 */
    /** How soon an array asked directly is given up that falls silent: 500 to 60000; 0: 15000 */
    uint32_t detect_ms;
};
#define HAOH_MONITOR_OPTIONS_INIT                                                                  \
    { sizeof(struct haoh_monitor_options), NULL, 0, 0, 0, 0, 0, 0 }

/** In the order of haoh/event.hpp; names by haoh_event_info. */
enum haoh_event_kind {
    HAOH_EVENT_ANA_CHANGE = 0,
    HAOH_EVENT_ANA_COALESCED = 1,
    HAOH_EVENT_AEN = 2,
    HAOH_EVENT_PATH_ADDED = 3,
    HAOH_EVENT_PATH_LOST = 4,
    HAOH_EVENT_PATH_REFUSED = 5,
    HAOH_EVENT_CONTROLLER_STATE = 6,
    HAOH_EVENT_NAMESPACE_ADDED = 7,
    HAOH_EVENT_NAMESPACE_REMOVED = 8,
    HAOH_EVENT_NAMESPACE_RESIZED = 9,
    HAOH_EVENT_NAMESPACE_READ_ONLY = 10,
    HAOH_EVENT_IDENTITY_CHANGED = 11,
    HAOH_EVENT_ACCESS = 12,
    HAOH_EVENT_ANATT_EXCEEDED = 13,
    HAOH_EVENT_SOURCE_LOST = 14,
    HAOH_EVENT_SOURCE_RESTORED = 15,
    HAOH_EVENT_SOURCE_LATE = 16
};

/** Something that changed. A value: it never changes itself. */
typedef struct haoh_event haoh_event;

/** Strings belong to the event; "" where one says nothing of this kind. */
struct haoh_event_info {
    size_t size;
    int kind;             /**< enum haoh_event_kind; newer libraries may have more */
    const char* name;     /**< of the kind: "ana_change" */
    uint64_t sequence;    /**< 1, 2, ... without a gap */
    int64_t monotonic_ns; /**< when it was known, CLOCK_MONOTONIC */
    int64_t wall_ns;      /**< the same moment since 1970, UTC */
    int64_t latency_ns;   /**< from what led to it; -1: not known */
    const char* source;   /**< "trace", "udev", "kmsg", "sysfs", "admin", "aen" */
    const char* host;     /**< "" for an array asked directly */
    const char* subsysnqn;
    const char* controller;
    const char* site; /**< array */
    uint32_t nsid;    /**< 0: none */
    const char* device;
    const char* path;
    const char* from;
    const char* to;
    uint32_t ana_grpid;    /**< 0: none */
    uint64_t change_count; /**< of the ANA log; 0: not known */
    uint64_t transitions;  /**< in this event */
    const char* rule;
    const char* text;
    uint32_t paths;      /**< of the namespace, with HAOH_EVENT_ACCESS */
    uint32_t usable;     /**< of these */
    uint32_t optimized;  /**< of the usable */
    uint32_t arrays;     /**< known to have a path, or expected to */
    uint32_t ready;      /**< arrays with a path that is usable or would be after an ANA change */
    const char* trouble; /**< why access is what it is: "connection", "ana", "refused", ... */
    int64_t lasting_ns;  /**< since when it is so, or was until now; -1: not said */
};
#define HAOH_EVENT_INFO_INIT                                                                       \
    {                                                                                              \
        sizeof(struct haoh_event_info), 0, NULL, 0, 0, 0, -1, NULL, NULL, NULL, NULL, NULL, 0,     \
            NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, 0, 0, 0, 0, 0, NULL, -1                   \
    }

/** Fills `info`. */
HAOH_API int haoh_event_get(const haoh_event* event, struct haoh_event_info* info,
                            haoh_error** error);
/** HAOH_JSON: `haoh.event/1`, without a newline; HAOH_TEXT: one line with a newline. */
HAOH_API char* haoh_event_render(const haoh_event* event, int format,
                                 const struct haoh_style* style, haoh_error** error);
HAOH_API void haoh_event_free(haoh_event* event); /**< NULL is fine. */

/** Watches in a thread of its own, which blocks all signals. All functions on it but
 * haoh_monitor_free() may be called by any thread, also at once. */
typedef struct haoh_monitor haoh_monitor;

/** \return 0 to go on, anything else to end haoh_monitor_run() (not the monitor). */
typedef int (*haoh_event_fn)(void* user_data, const haoh_event* event);

/** Does not begin yet. \param source,options  NULL: this host, defaults */
HAOH_API haoh_monitor* haoh_monitor_new(const struct haoh_source* source,
                                        const struct haoh_monitor_options* options,
                                        haoh_error** error);
/** Reads the state that events are told against, and begins. Fails when what was named is nowhere.
 * May be called again after haoh_monitor_stop(), which also ends it early: 0 then, and nothing is
 * watched. No other function here waits for it. */
HAOH_API int haoh_monitor_start(haoh_monitor* monitor, haoh_error** error);
/** For poll(2): readable while an event waits, and when the monitor has ended. Read nothing from it;
 * it belongs to the monitor. Negative haoh_code for NULL. */
HAOH_API int haoh_monitor_fd(const haoh_monitor* monitor);
/** The next event.
 * \param timeout_ms  to wait; 0: not at all, negative: for ever
 * \param event       the event, to be freed; NULL when there is none
 * \return 1: an event; 0: none in time, or none any more (haoh_monitor_running() tells) */
HAOH_API int haoh_monitor_next(haoh_monitor* monitor, int timeout_ms, haoh_event** event,
                               haoh_error** error);
/** Calls `callback` on this thread for each event until the time is over, the monitor is stopped or
 * the callback wants no more. The event is valid during the call. The callback may call any function
 * here but haoh_monitor_free() of this monitor, which does nothing there.
 * \return 1: the callback ended it; 0: time is over or the monitor was stopped */
HAOH_API int haoh_monitor_run(haoh_monitor* monitor, int timeout_ms, haoh_event_fn callback,
                              void* user_data, haoh_error** error);
/** 1 from haoh_monitor_start() until haoh_monitor_stop(), else 0. */
HAOH_API int haoh_monitor_running(const haoh_monitor* monitor);
/** Ends the thread. What waits can still be taken. */
HAOH_API int haoh_monitor_stop(haoh_monitor* monitor, haoh_error** error);
/** HAOH_STATUS_OK, or _INCOMPLETE while a source of events is lost or none was read yet; negative
 * haoh_code. */
HAOH_API int haoh_monitor_status(haoh_monitor* monitor, haoh_error** error);
/** The paths to all namespaces as they are known now: read it after haoh_monitor_start(), and go on
 * with events. */
typedef struct haoh_path_list haoh_path_list;

/** Strings belong to the list; "" where one says nothing. */
struct haoh_path_info {
    size_t size;
    const char* host; /**< "" for an array asked directly */
    const char* subsysnqn;
    uint32_t nsid;
    const char* device;           /**< "nvme0n1"; "" on an array */
    const char* path;             /**< "nvme0c1n1"; "" on an array */
    const char* controller;       /**< as in events */
    const char* controller_state; /**< "live", "connecting", ..., "lost" */
    const char* site;             /**< array */
    const char* ana_state;        /**< as sysfs spells it */
    int usable;                   /**< may take I/O: its state, its controller's and its size */
};
#define HAOH_PATH_INFO_INIT                                                                        \
    { sizeof(struct haoh_path_info), NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0 }

/** Reads them: no I/O, what the monitor knows. */
HAOH_API haoh_path_list* haoh_monitor_paths(haoh_monitor* monitor, haoh_error** error);
HAOH_API size_t haoh_path_list_count(const haoh_path_list* list); /**< Paths in it; 0 for NULL. */
/** Fills `info`. */
HAOH_API int haoh_path_list_get(const haoh_path_list* list, size_t index,
                                struct haoh_path_info* info, haoh_error** error);
HAOH_API void haoh_path_list_free(haoh_path_list* list); /**< NULL is fine. */
/** Everything seen until now, in Prometheus' text format. */
HAOH_API char* haoh_monitor_metrics(haoh_monitor* monitor, haoh_error** error);
/** And for people. */
HAOH_API char* haoh_monitor_summary(haoh_monitor* monitor, const struct haoh_style* style,
                                    haoh_error** error);
HAOH_API void haoh_monitor_free(haoh_monitor* monitor); /**< Stops it first. */

/* ---- Policies of the kernel --------------------------------------------------------------- */

/** `haoh policy list`: what this kernel offers. \param source  only `sysroot` counts; NULL: "/" */
HAOH_API char* haoh_policy_list(const struct haoh_source* source, int format,
                                const struct haoh_style* style, haoh_error** error);
/** `haoh policy show`.
 * \param measure_ms  how long I/O is counted, the call takes as long; 0: not at all
 * \param status      HAOH_STATUS_OK, _INCOMPLETE or _NOTHING; may be NULL */
HAOH_API char* haoh_policy_show(const struct haoh_source* source, const haoh_config* config,
                                uint32_t measure_ms, int format, const struct haoh_style* style,
                                int* status, haoh_error** error);
/** `haoh policy explain`.
 * \param device  nvmeXnZ, also below /dev
 * \param status  HAOH_STATUS_OK, _FAILED (no path would take I/O) or _INCOMPLETE; may be NULL */
HAOH_API char* haoh_policy_explain(const struct haoh_source* source, const haoh_config* config,
                                   const char* device, int format, const struct haoh_style* style,
                                   int* status, haoh_error** error);
/** Sets the kernel's I/O policy; needs root. Whether it has the policy, the kernel says.
 * \param subsystem  NQN, nvme-subsysN, nvmeN or nvmeNnM; NULL: the default for those that appear
 * \param before     what it was, to be freed; may be NULL */
HAOH_API int haoh_policy_set(const char* policy, const char* subsystem, char** before,
                             haoh_error** error);
/** `haoh policy simulate` of a scenario (TOML, haoh-policy(1)). Text, JSON or SVG. */
HAOH_API char* haoh_policy_simulate(const char* toml, size_t length, const char* name, int format,
                                    const struct haoh_style* style, haoh_error** error);

/* ---- Selectors: for hosts that route their own I/O ---------------------------------------- */

/** Chooses among the paths to one namespace. haoh_selector_pick(), _started() and _completed() may be
 * called by any number of threads at once, beside everything else; they take no lock and allocate
 * nothing. The others may be called by any thread. */
typedef struct haoh_selector haoh_selector;

/** Values of the ANA log: Base Specification, "ANA Group Descriptor". */
enum haoh_ana_state {
    HAOH_ANA_NOT_REPORTED = 0, /**< always optimized */
    HAOH_ANA_OPTIMIZED = 1,
    HAOH_ANA_NON_OPTIMIZED = 2,
    HAOH_ANA_INACCESSIBLE = 3,
    HAOH_ANA_PERSISTENT_LOSS = 4,
    HAOH_ANA_CHANGE = 15
};

/** Of the machine, and of the policy. */
struct haoh_selector_options {
    size_t size;
    unsigned nodes;            /**< NUMA nodes, 1 to 1024; 0: 1 */
    const unsigned* distances; /**< nodes x nodes, row by row; NULL: 10 and 20 */
    uint16_t local_site;       /**< of "site-affinity": a `site` of paths */
    /** Of "site-affinity": commands in flight on each local path from which on I/O may also go to
     * another site; 0: 32, UINT32_MAX: never. */
    uint32_t spill_depth;
};
#define HAOH_SELECTOR_OPTIONS_INIT                                                                 \
    { sizeof(struct haoh_selector_options), 0, NULL, 0, 0 }

/** A path: what it is, and its state. */
struct haoh_path {
    size_t size;
    int32_t numa_node; /**< of the controller; -1: none, as always with NVMe/TCP */
    uint16_t site;     /**< array, any numbering of yours */
    uint16_t weight;   /**< of "weighted"; 0: 1 */
    int ana;           /**< enum haoh_ana_state */
    int not_live;      /**< the controller's state is not "live" */
    int unusable;      /**< it has not the namespace's size */
    int ana_pending;   /**< an ANA error came, and no log since */
};
#define HAOH_PATH_INIT                                                                             \
    { sizeof(struct haoh_path), -1, 0, 0, HAOH_ANA_OPTIMIZED, 0, 0, 0 }

/** \param policy  "numa", "round-robin", "queue-depth" (as Linux), "site-affinity", "latency",
 *                "weighted", "spdk-round-robin" */
HAOH_API haoh_selector* haoh_selector_new(const char* policy,
                                          const struct haoh_selector_options* options,
                                          haoh_error** error);
/** \return a name for it, never 0, never used again; 0: failed (64 paths are the most) */
HAOH_API uint32_t haoh_selector_add_path(haoh_selector* selector, const struct haoh_path* path,
                                         haoh_error** error);
/** New ANA and controller states of a path; node, site and weight stay. Call it for every reading of
 * the ANA log, also where nothing changed, to choose exactly as Linux. */
HAOH_API int haoh_selector_set_path(haoh_selector* selector, uint32_t path,
                                    const struct haoh_path* state, haoh_error** error);
/** It is not picked any more; what is under way may still be counted. */
HAOH_API int haoh_selector_remove_path(haoh_selector* selector, uint32_t path, haoh_error** error);
/** \param node    NUMA node that submits
 * \param now_ns  any clock that never goes back; only "latency" looks at it
 * \return the path for the next I/O; 0: none may take it. Never one that was removed or became
 *         unusable before the call */
HAOH_API uint32_t haoh_selector_pick(haoh_selector* selector, unsigned node, uint64_t now_ns);
/** For each I/O that is sent down a path, once. */
HAOH_API void haoh_selector_started(haoh_selector* selector, uint32_t path);
/** And once when it came back. */
HAOH_API void haoh_selector_completed(haoh_selector* selector, uint32_t path, uint64_t latency_ns);
/** 0 to 63: for a table of your own; used again after haoh_selector_remove_path(). */
HAOH_API unsigned haoh_path_slot(uint32_t path);
HAOH_API void haoh_selector_free(haoh_selector* selector); /**< NULL is fine. */

#ifdef __cplusplus
}
#endif

#include <haoh/accept.h>

#endif
