// SPDX-License-Identifier: GPL-2.0-only
/*
 * The plugin as nvme-cli sees it: its name, its commands, their options. For nvme-cli 2.3 and
 * later, which it tells apart by the headers that are there:
 *
 *   global-ctx.h        since 3.0 there is no nvme.h
 *   define_cmd.h        until 3.0-rc1; later commands say that they take no device
 *   NVME_ARGS           since 2.10 nvme-cli itself adds -o, -v and others to each command's options
 *
 * The plugin is registered by what all of them share beneath their macros.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#if __has_include("global-ctx.h")
#include "args.h"
#include "plugin.h"
#if !__has_include("define_cmd.h")
#define HAOH_NO_DEVICE .no_device = true,
#endif
#else
#include "nvme.h"
#include "plugin.h"
#include "util/argconfig.h"
#endif

#include "haoh-nvme.h"

#ifndef HAOH_NO_DEVICE
#define HAOH_NO_DEVICE
#endif

#if defined(NVME_ARGS_OUTPUT_FORMATS)
#define HAOH_OPTIONS(name, ...) \
	NVME_ARGS_OUTPUT_FORMATS(name, NORMAL | JSON, "Output format: normal|json", ##__VA_ARGS__)
#define GIVEN_FORMAT nvme_args.output_format
#define GIVEN_VERBOSE nvme_args.verbose
#define GIVEN_TIMEOUT nvme_args.timeout
#define GIVEN_DRY_RUN nvme_args.dry_run
#define AND_OPT_DRY_RUN(call)
#elif defined(NVME_ARGS)
#define HAOH_OPTIONS(name, ...) NVME_ARGS(name, ##__VA_ARGS__)
#define GIVEN_FORMAT nvme_cfg.output_format
#define GIVEN_VERBOSE nvme_cfg.verbose
#define GIVEN_TIMEOUT nvme_cfg.timeout
#define GIVEN_DRY_RUN false
#else
static const char *given_format = "normal";
static int given_verbose;
static __u32 given_timeout;
#define HAOH_OPTIONS(name, ...) \
	OPT_ARGS(name) = { \
		OPT_INCR("verbose", 'v', &given_verbose, "Increase output verbosity"), \
		OPT_FMT("output-format", 'o', &given_format, "Output format: normal|json"), \
		OPT_UINT("timeout", 't', &given_timeout, "timeout value, in milliseconds"), \
		##__VA_ARGS__, OPT_END()}
#define GIVEN_FORMAT given_format
#define GIVEN_VERBOSE given_verbose
#define GIVEN_TIMEOUT given_timeout
#define GIVEN_DRY_RUN false
#endif

/* Of two options with one name the first counts: of 2.16's and this it is this. */
#ifndef AND_OPT_DRY_RUN
#define AND_OPT_DRY_RUN(call) \
	, OPT_FLAG("dry-run", 0, &(call).dry_run, "set: say what would be set, and set nothing")
#endif

#define OPT_SYSROOT(call) \
	OPT_STRING("sysroot", 'R', "DIR", &(call).sysroot, \
		   "look at a recorded tree (DIR/sys/class/nvme-subsystem) instead of this host")
#define OPT_CONFIG(call) \
	OPT_FILE("config", 'c', &(call).config, "sites and settings, see haoh.toml(5)")

/* What all commands were told, once the options are parsed. */
static const struct haoh_call *parsed(struct haoh_call *call, int argc, char **argv)
{
	call->format = GIVEN_FORMAT ? GIVEN_FORMAT : "normal";
	call->verbose = GIVEN_VERBOSE;
	call->timeout_ms = GIVEN_TIMEOUT;
	call->dry_run = call->dry_run || GIVEN_DRY_RUN;
	/* Since 2.14 nvme waits for ^C to be asked about; what is read here has nothing to tidy up.
	 */
	if (signal(SIGINT, SIG_DFL) == SIG_IGN)
		signal(SIGINT, SIG_IGN);
	call->words = argv + optind;
	call->words_count = optind < argc ? argc - optind : 0;
	return call;
}

static int list(int argc, char **argv, struct command *acmd, struct plugin *plugin)
{
	const char *desc =
		"What is connected, from where? Lists subsystems with their namespaces, "
		"controllers "
		"and ANA states, as each controller tells them itself. Devices choose what is "
		"looked at: NQN, nvme-subsysN, nvmeN or nvmeNnM, also below /dev; without one it "
		"is everything. Ends with 1 when not all could be read.";
	struct haoh_call call = {0};
	int err;

	HAOH_OPTIONS(opts, OPT_SYSROOT(call), OPT_CONFIG(call));

	err = argconfig_parse(argc, argv, desc, opts);
	if (err)
		return err;
	return haoh_nvme_list(parsed(&call, argc, argv));
}

static int check(int argc, char **argv, struct command *acmd, struct plugin *plugin)
{
	const char *desc =
		"Is it really one thing? Asks each controller itself, compares the answers, and "
		"says what is wrong, why it matters and what to do. Devices choose what is looked "
		"at: NQN, nvme-subsysN, nvmeN or nvmeNnM, also below /dev; without one it is "
		"everything. Ends with 1 when a rule failed, and also when not all could be "
		"observed; 'haoh check' tells these apart by its exit status.";
	struct haoh_call call = {0};
	int err;

	HAOH_OPTIONS(
		opts, OPT_SYSROOT(call), OPT_CONFIG(call),
		OPT_STRING("profile", 'p', "PROFILE", &call.profile,
			   "what is presented: auto|single|stretched|dispersed"),
		OPT_STRING("window", 'w', "WINDOW", &call.window,
			   "a change is under way: none|migration|upgrade|resize"),
		OPT_STRING("fail-on", 'F', "VERDICT", &call.fail_on,
			   "end with 1 from this verdict on: fail|warn"),
		OPT_LIST("rule", 'r', &call.rules,
			 "only rules whose names match, as 'ns.*,ctrl.*'; '!ns.*' leaves them out"),
		OPT_STRING("kernel", 'k', "RELEASE", &call.kernel,
			   "say what this Linux release does with each finding"),
		OPT_FILE("expect", 'e', &call.expect,
			 "an earlier snapshot that was good: what it has and is gone is told"),
		OPT_FILE("waivers", 'W', &call.waivers,
			 "known deviations that do not block until a day, see haoh-waivers(5)"),
		OPT_STRING("as-of", 'a', "DATE", &call.as_of,
			   "judge the waivers as on this day, UTC"),
		OPT_FILE("baseline", 'b', &call.baseline,
			 "an earlier report (-o json): only what is new since then blocks"));

	err = argconfig_parse(argc, argv, desc, opts);
	if (err)
		return err;
	return haoh_nvme_check(parsed(&call, argc, argv));
}

static int monitor(int argc, char **argv, struct command *acmd, struct plugin *plugin)
{
	const char *desc =
		"What is changing, and how long did it take? Tells ANA changes, paths, controllers "
		"and namespaces as they come and go, until it is interrupted. Devices choose what "
		"is looked at: NQN, nvme-subsysN, nvmeN or nvmeNnM, also below /dev; without one "
		"it "
		"is everything. Ends with 1 when events may have been missed.";
	struct haoh_call call = {0};
	int err;

	HAOH_OPTIONS(opts, OPT_SYSROOT(call), OPT_CONFIG(call),
		     OPT_STRING("for", 'f', "TIME", &call.duration,
				"end after this time: seconds, or as 500ms, 5m, 2h"));

	err = argconfig_parse(argc, argv, desc, opts);
	if (err)
		return err;
	return haoh_nvme_monitor(parsed(&call, argc, argv));
}

static int policy(int argc, char **argv, struct command *acmd, struct plugin *plugin)
{
	const char *desc =
		"Which way does I/O go, and which way should it? 'show [device...]' (the default) "
		"tells the policy of each subsystem and each path's share of the I/O, 'list' the "
		"policies that this kernel offers, 'explain <device>' which path the next I/O "
		"takes "
		"and why no other, and 'set <policy> <subsystem...>' sets a policy, or with "
		"--default that of subsystems that appear later; only this changes anything.";
	struct haoh_call call = {0};
	int err;

	HAOH_OPTIONS(opts, OPT_SYSROOT(call), OPT_CONFIG(call),
		     OPT_STRING("for", 'f', "TIME", &call.duration,
				"show: count I/O for this time (1s); 0: not at all"),
		     OPT_FLAG("default", 'd', &call.for_new,
			      "set: for subsystems that appear later") AND_OPT_DRY_RUN(call));

	err = argconfig_parse(argc, argv, desc, opts);
	if (err)
		return err;
	return haoh_nvme_policy(parsed(&call, argc, argv));
}

static int rules(int argc, char **argv, struct command *acmd, struct plugin *plugin)
{
	const char *desc = "What is judged, on what basis, and what to do. A pattern, as 'ns.*', "
			   "chooses among the rules.";
	struct haoh_call call = {0};
	int err;

	HAOH_OPTIONS(opts);

	err = argconfig_parse(argc, argv, desc, opts);
	if (err)
		return err;
	return haoh_nvme_rules(parsed(&call, argc, argv));
}

static int snapshot(int argc, char **argv, struct command *acmd, struct plugin *plugin)
{
	const char *desc =
		"Records what the controllers say, as JSON, for later or for somebody else: 'haoh "
		"check --snapshot FILE' judges it, 'haoh diff' compares two. Devices choose what "
		"is "
		"looked at: NQN, nvme-subsysN, nvmeN or nvmeNnM, also below /dev; without one it "
		"is "
		"everything. Ends with 1 when not all could be read.";
	struct haoh_call call = {0};
	int err;

	HAOH_OPTIONS(opts, OPT_SYSROOT(call),
		     OPT_FILE("output-file", 'f', &call.output_file,
			      "write to this file instead of the standard output"));

	err = argconfig_parse(argc, argv, desc, opts);
	if (err)
		return err;
	return haoh_nvme_snapshot(parsed(&call, argc, argv));
}

static struct command list_cmd = {
	.name = "list",
	.help = "List subsystems, namespaces and controllers, and on which array each is",
	.fn = list,
	HAOH_NO_DEVICE};

static struct command check_cmd = {.name = "check",
				   .help = "Judge whether all controllers tell the same story",
				   .fn = check,
				   HAOH_NO_DEVICE};

static struct command monitor_cmd = {
	.name = "monitor",
	.help = "Tell changes of ANA states, paths and namespaces as they happen",
	.fn = monitor,
	HAOH_NO_DEVICE};

static struct command policy_cmd = {.name = "policy",
				    .help = "Show, explain and set which way I/O goes",
				    .fn = policy,
				    HAOH_NO_DEVICE};

static struct command rules_cmd = {.name = "rules",
				   .help = "List what is judged, why, and what to do",
				   .fn = rules,
				   HAOH_NO_DEVICE};

static struct command snapshot_cmd = {.name = "snapshot",
				      .help = "Record what the controllers say",
				      .fn = snapshot,
				      HAOH_NO_DEVICE};

static struct command *commands[] = {
	&list_cmd, &check_cmd, &monitor_cmd, &policy_cmd, &rules_cmd, &snapshot_cmd, NULL,
};

static struct plugin haoh_plugin = {
	.name = "haoh",
	.desc = "Check NVMe-oF subsystems that stretch over two arrays",
	.commands = commands,
};

static void __attribute__((constructor)) register_haoh(void)
{
	haoh_plugin.version = haoh_version();
	register_extension(&haoh_plugin);
}
