// SPDX-License-Identifier: LGPL-2.1-or-later
#include "simulated_arrays.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include <sys/stat.h>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string content(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// Always as the same host: where there is no /etc/nvme/hostnqn, each run makes one up.
std::vector<std::string> snapshot(const SimulatedArrays& arrays, const std::string& file) {
    return {"snapshot",
            "-t",
            arrays.target("a"),
            "-t",
            arrays.target("b"),
            "--nqn",
            kPairNqn,
            "--hostnqn",
            "nqn.2014-08.org.nvmexpress:uuid:8f1d2e6a-6c6b-4c55-9d0f-0d1f5a2b7c11",
            "--hostid",
            "8f1d2e6a-6c6b-4c55-9d0f-0d1f5a2b7c11",
            file};
}

TEST(Snapshot, is_judged_as_the_arrays_themselves) {
    const SimulatedArrays arrays{pair_with_b("[array.subsystem]\nmodel = \"ANOTHER\"\n")};
    const ScratchDirectory directory;
    const std::string file = directory.path("pair.json");
    EXPECT_EQ(haoh(snapshot(arrays, file)).status, 0);

    const ProgramResult recorded = haoh({"check", "--snapshot", file});
    EXPECT_EQ(recorded.status, 1);
    EXPECT_THAT(recorded.standard_output, HasSubstr("ctrl.mn.equal"));
}

TEST(Snapshot, of_each_array_alone_is_merged_into_the_pair) {
    const SimulatedArrays arrays{pair_with_b("[array.subsystem]\nmodel = \"ANOTHER\"\n")};
    const ScratchDirectory directory;
    for (const std::string array : {"a", "b"}) {
        EXPECT_EQ(
            haoh({"snapshot", "-t", arrays.target(array), "--nqn", kPairNqn, directory.path(array)})
                .status,
            0);
        EXPECT_EQ(haoh({"check", "--snapshot", directory.path(array)}).status, 0) << array;
    }
    const ProgramResult merged =
        haoh({"check", "--snapshot", directory.path("a"), "--snapshot", directory.path("b")});
    EXPECT_EQ(merged.status, 1);
    EXPECT_THAT(merged.standard_output, HasSubstr("ctrl.mn.equal"));
}

TEST(Snapshot, says_what_it_wrote) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    const std::string file = directory.path("pair.json");
    EXPECT_THAT(haoh(snapshot(arrays, file)).standard_error,
                HasSubstr("haoh: 2 controllers written to " + file + "\n"));
    const std::vector<std::string> half{"snapshot", "-t", arrays.target("a"), "--nqn", kPairNqn};
    std::vector<std::string> words = half;
    words.push_back(directory.path("a"));
    EXPECT_THAT(haoh(words).standard_error,
                HasSubstr("haoh: 1 controller written to " + directory.path("a") + "\n"));
    words.push_back(directory.path("b"));
    const ProgramResult twice = haoh(words);
    EXPECT_EQ(twice.status, 2);
    EXPECT_THAT(twice.standard_error,
                HasSubstr("there is a file already: '" + directory.path("a")));
    // Without a file, or with a dash, to standard output.
    for (const bool dash : {false, true}) {
        words = half;
        if (dash) {
            words.emplace_back("-");
        }
        const ProgramResult result = haoh(words);
        EXPECT_EQ(result.status, 0);
        EXPECT_TRUE(nlohmann::json::accept(result.standard_output));
        EXPECT_THAT(result.standard_error, ::testing::Not(HasSubstr("written")));
    }
}

TEST(Snapshot, of_nothing_is_not_written) {
    const ScratchDirectory directory;
    const std::string file = directory.path("nothing.json");
    const ProgramResult result = haoh({"snapshot", "-t", closed_target(), "--nqn", kPairNqn, file});
    EXPECT_EQ(result.status, 4);
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_THAT(result.standard_error, HasSubstr("refused"));
}

TEST(Diff, is_empty_for_two_readings_of_the_same_and_names_what_changed) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    EXPECT_EQ(haoh(snapshot(arrays, directory.path("1"))).status, 0);
    EXPECT_EQ(haoh(snapshot(arrays, directory.path("2"))).status, 0);
    const ProgramResult same = haoh({"diff", directory.path("1"), directory.path("2")});
    EXPECT_EQ(same.status, 0) << same.standard_output;

    arrays.send({"ana", "b", "1", "inaccessible"});
    EXPECT_EQ(haoh(snapshot(arrays, directory.path("3"))).status, 0);
    const ProgramResult changed = haoh({"diff", directory.path("2"), directory.path("3")});
    EXPECT_EQ(changed.status, 1);
    EXPECT_THAT(changed.standard_output, AllOf(HasSubstr("ana"), HasSubstr("inaccessible")));
    for (const auto& [after, status] : {std::pair{"2", 0}, {"3", 1}}) {
        const ProgramResult machine =
            haoh({"diff", directory.path("1"), directory.path(after), "-o", "json"});
        EXPECT_EQ(machine.status, status);
        const auto told = nlohmann::json::parse(machine.standard_output);
        EXPECT_EQ(told.at("schema"), "haoh.diff/1");
        EXPECT_EQ(told.at("differences").empty(), status == 0);
    }
}

TEST(Files, malformed_ones_name_file_line_and_key) {
    const ScratchDirectory directory;
    const std::string broken = directory.file("broken.json", "{\n  \"schema\": \n}\n");
    const ProgramResult syntax = haoh({"check", "--snapshot", broken});
    EXPECT_EQ(syntax.status, 2);
    EXPECT_THAT(syntax.standard_error, HasSubstr(broken + ":3"));

    const SimulatedArrays arrays{healthy_scenario()};
    ASSERT_EQ(haoh(snapshot(arrays, directory.path("pair.json"))).status, 0);
    const std::string strange = directory.file(
        "strange.json", "{\n\"colour\": 1," + content(directory.path("pair.json")).substr(1));
    const ProgramResult unknown = haoh({"check", "--snapshot", strange});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.standard_error, AllOf(HasSubstr(strange + ":2"), HasSubstr("colour")));

    const std::string config =
        directory.file("haoh.toml", "[check]\nprofile = \"stretched\"\nprofil = 1\n");
    const ProgramResult key = haoh({"check", "--snapshot", broken, "--config", config});
    EXPECT_EQ(key.status, 2);
    EXPECT_THAT(key.standard_error, AllOf(HasSubstr(config + ":3"), HasSubstr("profil")));
}

/// With redirections of a shell, and what stands before the program.
ProgramResult redirected(const std::string& command, const std::string& to,
                         const std::string& before = {}) {
    return run_program({"sh", "-c", before + "exec \"$0\" " + command + " " + to, HAOH_PROGRAM},
                       std::chrono::seconds{30});
}

TEST(Files, output_that_does_not_arrive_is_an_error) {
    const ScratchDirectory directory;
    for (const char* command : {"rules", "--help", "--version", "rules -o json"}) {
        EXPECT_EQ(redirected(command, "").status, 0);
        for (const char* to : {">/dev/full", ">&-", ">&- 2>&-", "1</dev/null", ">&- <&-"}) {
            const ProgramResult result = redirected(command, to);
            EXPECT_EQ(result.status, 4) << command << to;
            if (std::string_view{to} != ">&- 2>&-") {
                EXPECT_THAT(result.standard_error, HasSubstr("standard output")) << command << to;
            }
        }
    }
    const std::string file = directory.path("rules");
    EXPECT_EQ(redirected("rules", ">" + file, "ulimit -f 1000; ").status, 0);
    const ProgramResult limited = redirected("rules", ">" + file, "ulimit -f 1; ");
    EXPECT_EQ(limited.status, 4);
    EXPECT_THAT(limited.standard_error, HasSubstr("standard output"));
}

TEST(Files, standard_error_that_takes_nothing_changes_no_result) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    const std::string good = directory.path("pair.json");
    for (const char* to : {"", "2>/dev/full", "2>&-", "2</dev/null", "2>&- <&-"}) {
        const std::string target = "-t " + arrays.target("a");
        EXPECT_EQ(
            redirected("check " + target + " -t " + arrays.target("b") + " --nqn " + kPairNqn, to)
                .status,
            0)
            << to;
        EXPECT_EQ(
            redirected("snapshot " + target + " --nqn " + kPairNqn + " '" + good + "'", to).status,
            0)
            << to;
        const ProgramResult shown = redirected("check --snapshot '" + good + "'", to);
        EXPECT_EQ(shown.status, 0) << to;
        EXPECT_THAT(shown.standard_output, HasSubstr(kPairNqn));
        std::filesystem::remove(good);
        EXPECT_EQ(redirected("check --nonsense", to).status, 2) << to;
        EXPECT_EQ(redirected("check --snapshot '" + good + "'", to).status, 2) << to;
        EXPECT_EQ(redirected("check -t " + closed_target(), to).status, 4) << to;
    }
}

TEST(Files, what_never_ends_or_has_no_writer_is_no_snapshot) {
    const ScratchDirectory directory;
    const std::string fifo = directory.path("fifo");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    for (const std::string& file : {fifo, std::string{"/dev/zero"}}) {
        for (const char* command : {"check --snapshot ", "list --snapshot ", "diff /dev/null "}) {
            const ProgramResult result = redirected(command + file, "");
            EXPECT_EQ(result.status, 2) << command << file;
        }
        EXPECT_THAT(redirected("check --snapshot " + file, "").standard_error,
                    AllOf(HasSubstr(file), HasSubstr("not a file")));
    }
    EXPECT_THAT(redirected("check --snapshot -", "</dev/zero").standard_error,
                HasSubstr("it is a device"));
    EXPECT_THAT(redirected("check --snapshot -", "<&-").standard_error,
                HasSubstr("standard input"));
}

TEST(Files, a_snapshot_is_piped) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    ASSERT_EQ(haoh(snapshot(arrays, directory.path("pair.json"))).status, 0);
    const ProgramResult piped = run_program(
        {"bash", "-c",
         "cat \"$1\" | \"$0\" check --snapshot - && \"$0\" check --snapshot <(cat \"$1\")",
         HAOH_PROGRAM, directory.path("pair.json")},
        std::chrono::seconds{30});
    EXPECT_EQ(piped.status, 0) << piped.standard_error;
}

TEST(Files, a_reader_that_has_seen_enough_ends_the_program_without_a_word) {
    // The reading end is closed before haoh begins.
    constexpr const char* kRun = "import os, subprocess, sys\n"
                                 "reader, writer = os.pipe()\n"
                                 "os.close(reader)\n"
                                 "sys.exit(-subprocess.call(sys.argv[1:], stdout=writer))\n";
    const ProgramResult ended =
        run_program({"python3", "-c", kRun, HAOH_PROGRAM, "rules"}, std::chrono::seconds{30});
    EXPECT_EQ(ended.status, SIGPIPE);
    EXPECT_EQ(ended.standard_error, "");
}

TEST(Files, a_reader_that_has_seen_enough_is_told_where_its_signal_is_blocked) {
    constexpr const char* kRun =
        "import os, signal, subprocess, sys\n"
        "reader, writer = os.pipe()\n"
        "os.close(reader)\n"
        "block = lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})\n"
        "sys.exit(subprocess.call(sys.argv[1:], stdout=writer, preexec_fn=block))\n";
    const ProgramResult ended =
        run_program({"python3", "-c", kRun, HAOH_PROGRAM, "rules"}, std::chrono::seconds{30});
    EXPECT_EQ(ended.status, 4);
    EXPECT_EQ(ended.standard_error, "haoh: write to standard output: Broken pipe\n");
}

TEST(Files, a_snapshot_replaces_its_file_as_a_whole) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    const std::string file = directory.file("pair.json", "old");
    EXPECT_EQ(haoh(snapshot(arrays, file)).status, 0);
    EXPECT_TRUE(nlohmann::json::accept(content(file)));
    EXPECT_EQ(haoh({"snapshot", "-t", arrays.target("a"), "--nqn", kPairNqn,
                    "/nonexistent/directory/file"})
                  .status,
              2);
    EXPECT_TRUE(nlohmann::json::accept(content(file)));
}

TEST(Files, a_snapshot_keeps_the_link_and_the_mode_of_its_file) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    const std::string file = directory.file("of-today.json", "old");
    const std::string link = directory.path("pair.json");
    std::filesystem::create_symlink("of-today.json", link);
    for (const ::mode_t mode : {0600U, 0640U, 0666U}) {
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
        EXPECT_EQ(haoh(snapshot(arrays, link)).status, 0);
        EXPECT_TRUE(std::filesystem::is_symlink(link));
        EXPECT_TRUE(nlohmann::json::accept(content(file)));
        struct stat status {};
        ASSERT_EQ(::stat(file.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, mode);
    }
}

TEST(Files, a_snapshot_without_room_leaves_the_old_file_whole) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    const std::string file = directory.file("pair.json", "old");
    const std::string command =
        "snapshot -t " + arrays.target("a") + " --nqn " + kPairNqn + " '" + file + "'";
    const ProgramResult full = redirected(command, "", "ulimit -f 2; ");
    EXPECT_EQ(full.status, 4);
    EXPECT_THAT(full.standard_error, HasSubstr(file));
    EXPECT_EQ(content(file), "old");
    const std::filesystem::directory_iterator all{directory.path()};
    EXPECT_EQ(std::distance(begin(all), end(all)), 1) << "nothing else is left";
    EXPECT_EQ(redirected(command, "", "ulimit -f 100000; ").status, 0);
    EXPECT_TRUE(nlohmann::json::accept(content(file)));
}

} // namespace
} // namespace haoh::test
