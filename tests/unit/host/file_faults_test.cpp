// SPDX-License-Identifier: LGPL-2.1-or-later
// What sysfs and the file system below it may answer, call by call: each error where it is met, and
// the same reading where nothing fails.
#include "faulty_calls.hpp"

#include "host/attribute_text.hpp"
#include "host/kernel_reader.hpp"
#include "host/path_states.hpp"
#include "host/policy_file.hpp"
#include "host/sysfs_directory.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>
#include <haoh/host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

namespace haoh::host {
namespace {

using test::SysfsTree;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using State = Attribute::State;
using Call = FaultyCalls::Call;

constexpr const char* kFaultNqn = "nqn.2024-01.com.example:faults";

/// Errors that say nothing of whether the file is there.
constexpr int kErrors[] = {EACCES, EPERM, EIO, ENOMEM, EMFILE, EINVAL, EBUSY};

class FileFaults : public testing::Test {
  protected:
    FileFaults() { tree.add_subsystem(kFaultNqn, 2, 2); }

    KernelObservation topology() const {
        KernelObservation kernel;
        read_topology(root, ScanOptions{.detail = KernelDetail::full, .threads = 1}, kernel);
        return kernel;
    }
    Attribute state_of(unsigned controller) const {
        return root.open(SysfsTree::controller(controller)).attribute("state");
    }

    SysfsTree tree;
    FaultyCalls calls;
    SysfsRoot root{tree.root(), calls};
};

TEST_F(FileFaults, of_an_attribute_are_what_it_says) {
    ASSERT_EQ(state_of(0), Attribute::of("live"));
    for (const Call call : {Call::open, Call::read}) {
        for (const int error : kErrors) {
            calls.work_again();
            calls.fail(call, "nvme0/state", error);
            EXPECT_EQ(state_of(0).state, State::unreadable) << error;
            EXPECT_EQ(state_of(0).text, errno_text(error)) << error;
            EXPECT_EQ(state_of(1), Attribute::of("live")) << "the other one";
        }
    }
    for (const int error : {ENOENT, ENOTDIR}) {
        calls.work_again();
        calls.fail(Call::open, "nvme0/state", error);
        EXPECT_EQ(state_of(0), Attribute{}) << "not there";
    }
    calls.work_again();
    EXPECT_EQ(state_of(0), Attribute::of("live"));
}

TEST_F(FileFaults, enodev_is_of_an_object_that_is_gone_only_where_the_file_is_gone) {
    // kernfs answers so from the moment on in which an object is being taken away.
    calls.fail(Call::read, "nvme0/state", ENODEV);
    EXPECT_EQ(state_of(0).text, "No such device") << "its name is still there";
    calls.work_again();
    calls.fail(Call::read, "nvme0/state", [&] {
        tree.remove(SysfsTree::controller(0) + "/state");
        return ENODEV;
    });
    EXPECT_EQ(state_of(0), Attribute{});
    calls.work_again();
    calls.fail(Call::read, "nvme1/state", [&] {
        tree.remove(SysfsTree::controller(1) + "/state");
        return EIO;
    });
    EXPECT_EQ(state_of(1).text, "Input/output error") << "no other error says so";
}

TEST_F(FileFaults, of_a_lookup_that_met_a_rename_are_tried_again) {
    for (const int error : {EAGAIN, EINTR}) {
        unsigned left = 10;
        calls.work_again();
        calls.fail(Call::open, "nvme0/state", [&] { return left-- > 0 ? error : 0; });
        EXPECT_EQ(state_of(0), Attribute::of("live")) << error;
        calls.work_again();
        calls.fail(Call::open, "nvme0/state", error);
        const unsigned before = calls.count(Call::open);
        EXPECT_EQ(state_of(0).text, errno_text(error)) << "but not for ever";
        EXPECT_LE(calls.count(Call::open) - before, 200U);
    }
}

TEST_F(FileFaults, of_content_are_told_from_content) {
    const auto as_read = [&](const std::string& content) {
        calls.work_again();
        calls.answer("nvme0/state", content);
        return state_of(0);
    };
    EXPECT_EQ(as_read("dead\n"), Attribute::of("dead"));
    EXPECT_EQ(as_read("").state, State::empty);
    EXPECT_EQ(as_read(std::string(4096, '\0')).state, State::empty);
    EXPECT_EQ(as_read("live\n" + std::string(4091, '\0')).text, "live");
    EXPECT_TRUE(as_read("live\n" + std::string(4091, '\0')).nul_padded);
    EXPECT_EQ(as_read(std::string("li\0ve\n", 6)).state, State::unreadable);
    EXPECT_EQ(as_read(std::string(4096, 'x')).text, std::string(4096, 'x'));
    EXPECT_EQ(as_read(std::string(65536, 'x')).text, std::string(65536, 'x'));
    EXPECT_EQ(as_read(std::string(65537, 'x')).text, "longer than 65536 bytes");
}

TEST_F(FileFaults, of_attributes_that_were_recorded_with_larger_pages_lose_nothing) {
    for (const std::size_t page : {4096U, 4097U, 16384U, 65536U}) {
        std::string content = "live\n";
        content.resize(page, '\0');
        calls.work_again();
        calls.answer("nvme0/state", content);
        EXPECT_EQ(state_of(0).text, "live") << page;
        EXPECT_TRUE(state_of(0).nul_padded) << page;
        content.back() = 'x';
        calls.work_again();
        calls.answer("nvme0/state", content);
        EXPECT_EQ(state_of(0).text, "NUL bytes inside its text") << page;
    }
    // It breaks off behind what is usual.
    calls.work_again();
    calls.answer("nvme0/state", std::string(16384, '\0'));
    unsigned readings = 0;
    calls.fail(Call::read, "nvme0/state", [&] { return ++readings == 2 ? EIO : 0; });
    EXPECT_EQ(state_of(0).text, "Input/output error");
}

TEST_F(FileFaults, of_the_root_say_what_is_missing) {
    EXPECT_NO_THROW(SysfsRoot(tree.root(), calls));
    for (const int error : {ENOSYS, EPERM, EACCES, EMFILE}) {
        calls.work_again();
        calls.fail(Call::open, "/.", error);
        try {
            const SysfsRoot refused(tree.root(), calls);
            ADD_FAILURE() << "nothing was thrown";
        } catch (const Error& failed) {
            EXPECT_EQ(failed.code(), std::error_code(error, std::generic_category()));
            // What a sandbox answers, or a kernel before openat2.
            const bool refused = error == ENOSYS || error == EPERM;
            EXPECT_EQ(failed.cause().find("openat2") != std::string::npos, refused) << error;
            EXPECT_EQ(failed.advice().empty(), !refused) << error;
        }
    }
}

TEST_F(FileFaults, of_a_file_that_breaks_off_are_given_back) {
    tree.set("etc/rules", std::string(40000, 'x'));
    std::string text;
    ASSERT_EQ(root.read_file("etc/rules", 1U << 20U, text), 0);
    ASSERT_EQ(text.size(), 40000U);
    for (const int error : kErrors) {
        unsigned reads = 0;
        calls.work_again();
        calls.fail(Call::read, "etc/rules", [&] { return ++reads == 2 ? error : 0; });
        EXPECT_EQ(root.read_file("etc/rules", 1U << 20U, text), error);
        calls.work_again();
        calls.fail(Call::open, "etc/rules", error);
        EXPECT_EQ(root.read_file("etc/rules", 1U << 20U, text), error);
    }
}

TEST_F(FileFaults, of_a_class_are_told_and_those_of_none_are_not) {
    const KernelObservation whole = topology();
    ASSERT_THAT(whole.unread, IsEmpty());
    ASSERT_EQ(whole.subsystems.size(), 1U);
    for (const int error : {EACCES, EIO}) {
        calls.work_again();
        calls.fail(Call::open, "/sys/class/nvme-subsystem", error);
        EXPECT_THAT(topology().unread,
                    ElementsAre("sys/class/nvme-subsystem: " + std::string(errno_text(error))));
        EXPECT_THAT(topology().subsystems, IsEmpty());
        EXPECT_EQ(topology().stray_controllers.size(), 2U) << "what can be read is";
    }
    calls.work_again();
    calls.fail(Call::open, "/sys/class/nvme-subsystem", ENOENT);
    EXPECT_THAT(topology().unread, IsEmpty()) << "the module is not loaded";
}

TEST_F(FileFaults, of_objects_are_told_with_their_names) {
    for (const int error : {EACCES, EIO}) {
        const std::string text(errno_text(error));
        calls.work_again();
        calls.fail(Call::open, "/nvme-subsystem/nvme-subsys0", error);
        EXPECT_THAT(topology().unread, ElementsAre("subsystem nvme-subsys0: " + text));
        EXPECT_EQ(topology().subsystems.at(0).subsysnqn.text, text);
        EXPECT_EQ(topology().subsystems.at(0).subsysnqn.state, State::unreadable);

        calls.work_again();
        calls.fail(Call::open, "/nvme1", error);
        EXPECT_THAT(topology().unread, ElementsAre("controller nvme1: " + text));
        ASSERT_EQ(topology().subsystems.at(0).controllers.size(), 2U);
        EXPECT_EQ(topology().subsystems[0].controllers[1].state.text, text);
        EXPECT_EQ(topology().subsystems[0].controllers[0].state, Attribute::of("live"));
    }
}

/// What is not seen is not gone.
TEST_F(FileFaults, of_directories_are_told_and_end_what_looks_again_and_again) {
    const auto again = [&] {
        KernelObservation kernel;
        read_topology(root, ScanOptions{.detail = KernelDetail::topology, .threads = 1}, kernel);
        return kernel;
    };
    ASSERT_THAT(topology().unread, IsEmpty());
    ASSERT_EQ(again().subsystems.size(), 1U);
    struct Directory {
        const char* end;
        const char* told;
    };
    for (const Directory& one :
         {Directory{"/sys/class/nvme-subsystem", "sys/class/nvme-subsystem: "},
          Directory{"/nvme-subsystem/nvme-subsys0", "sys/class/nvme-subsystem/nvme-subsys0: "},
          Directory{"/sys/class/nvme", "sys/class/nvme: "},
          Directory{"/nvme1", "controller nvme1: "}}) {
        for (const int error : {EMFILE, ENOMEM, EIO}) {
            calls.work_again();
            calls.fail(Call::list, one.end, error);
            EXPECT_THAT(topology().unread, ElementsAre(one.told + std::string(errno_text(error))));
            try {
                static_cast<void>(again());
                ADD_FAILURE() << one.end << " " << error;
            } catch (const Error& failed) {
                EXPECT_EQ(failed.code(), std::error_code(error, std::generic_category()));
                EXPECT_THAT(failed.what(), HasSubstr(errno_text(error)));
            }
        }
        calls.work_again();
        calls.fail(Call::list, one.end, ENOENT);
        EXPECT_THAT(topology().unread, IsEmpty()) << "it went away";
    }
}

TEST_F(FileFaults, of_a_subsystem_that_cannot_be_opened_again_leave_its_namespaces) {
    unsigned opens = 0;
    calls.fail(Call::open, "/nvme-subsystem/nvme-subsys0", [&] { return ++opens, 0; });
    ASSERT_EQ(topology().subsystems.at(0).namespaces.size(), 2U);
    const unsigned all = opens;
    for (unsigned moment = 1; moment <= all; ++moment) {
        calls.work_again();
        opens = 0;
        calls.fail(Call::open, "/nvme-subsystem/nvme-subsys0",
                   [&] { return ++opens == moment ? EMFILE : 0; });
        const KernelObservation kernel = topology();
        EXPECT_THAT(kernel.unread, testing::Not(IsEmpty())) << moment;
        EXPECT_EQ(kernel.subsystems.size(), 1U) << moment;
    }
}

TEST_F(FileFaults, are_none_where_an_object_vanishes_while_it_is_read) {
    // Between the reading of the directory's entries and the opening of what they name.
    struct Vanishing {
        std::string opened;
        std::vector<std::string> gone;
    };
    const std::string path = SysfsTree::path(0, 1, 2);
    const auto link = SysfsTree::subsystem(0) + "/nvme1";
    const auto name = [](const std::string& place) { return place.substr(place.rfind('/') + 1); };
    for (const Vanishing& one :
         {Vanishing{"/nvme1", {link, "sys/class/nvme/nvme1", SysfsTree::controller(1)}},
          Vanishing{name(path) + "/ana_state", {path}},
          Vanishing{"/nvme-subsys0",
                    {"sys/class/nvme-subsystem/nvme-subsys0", "sys/class/nvme/nvme0",
                     "sys/class/nvme/nvme1", SysfsTree::subsystem(0), SysfsTree::controller(0),
                     SysfsTree::controller(1)}}}) {
        SysfsTree fresh;
        fresh.add_subsystem(kFaultNqn, 2, 2);
        FaultyCalls own;
        const SysfsRoot its(fresh.root(), own);
        bool vanished = false;
        own.fail(Call::open, one.opened, [&] {
            if (!std::exchange(vanished, true)) {
                for (const std::string& file : one.gone) {
                    fresh.remove(file);
                }
            }
            return 0;
        });
        KernelObservation kernel;
        read_topology(its, ScanOptions{.detail = KernelDetail::full, .threads = 1}, kernel);
        EXPECT_TRUE(vanished) << one.opened;
        EXPECT_THAT(kernel.unread, IsEmpty()) << one.opened;
        KernelObservation later;
        read_topology(its, ScanOptions{.detail = KernelDetail::full, .threads = 1}, later);
        ASSERT_EQ(kernel.subsystems.size(), later.subsystems.size()) << one.opened;
        for (std::size_t i = 0; i < later.subsystems.size(); ++i) {
            EXPECT_EQ(kernel.subsystems[i].controllers, later.subsystems[i].controllers);
        }
    }
}

TEST_F(FileFaults, leave_out_a_head_that_vanishes_before_it_is_read) {
    const std::string gone = SysfsTree::head(0, 2);
    unsigned opens = 0;
    calls.fail(Call::open, "/nvme-subsys0", [&] { return ++opens, 0; });
    ASSERT_EQ(topology().subsystems.at(0).namespaces.size(), 2U);
    // At each opening of its subsystem but the one that lists it.
    for (unsigned moment = 2; moment <= opens; ++moment) {
        SysfsTree fresh;
        fresh.add_subsystem(kFaultNqn, 2, 2);
        FaultyCalls own;
        const SysfsRoot its(fresh.root(), own);
        unsigned count = 0;
        own.fail(Call::open, "/nvme-subsys0", [&] {
            if (++count == moment) {
                fresh.remove(gone);
            }
            return 0;
        });
        KernelObservation kernel;
        read_topology(its, ScanOptions{.detail = KernelDetail::full, .threads = 1}, kernel);
        for (const KernelNamespace& head : kernel.subsystems.at(0).namespaces) {
            EXPECT_TRUE(head.nsid.ok()) << head.name << " at " << moment;
        }
    }
}

TEST_F(FileFaults, take_nothing_from_an_object_of_which_something_was_read) {
    const std::string place = SysfsTree::path(0, 1, 2);
    const std::string name = place.substr(place.rfind('/') + 1);
    const SysfsDirectory controller = root.open(SysfsTree::controller(1));
    calls.fail(Call::read, name + "/size", [&] {
        tree.remove(place);
        return 0;
    });
    KernelPath path;
    EXPECT_TRUE(controller.read(name, path_attributes(), path));
    EXPECT_TRUE(path.size.ok());
    EXPECT_FALSE(controller.read(name, path_attributes(), path)) << "it is gone now";
}

/// With a descriptor that stays open, and without.
class StateFaults : public FileFaults, public testing::WithParamInterface<std::size_t> {
  protected:
    PathStates made() { return PathStates(root, topology(), GetParam()); }
    [[nodiscard]] static bool kept() { return GetParam() != 0; }
};

TEST_P(StateFaults, that_mean_gone_are_told_as_gone) {
    // ENODEV is what sysfs says on a descriptor whose object went away (kernfs_fop_read_iter).
    for (const int error : {ENODEV, ENXIO, ENOENT, ENOTDIR}) {
        calls.work_again();
        PathStates states = made();
        ASSERT_THAT(states.sweep(), IsEmpty());
        const std::size_t size = states.size();
        const std::size_t open = states.open();
        for (const Call call : {Call::read_again, Call::open}) {
            calls.fail(call, "nvme0c1n2/ana_state", error);
        }
        const std::vector<StateChange> changes = states.sweep();
        ASSERT_THAT(changes, SizeIs(1)) << error;
        EXPECT_EQ(changes[0].kind, StateChange::Kind::gone) << error;
        EXPECT_EQ(changes[0].controller, "nvme1");
        EXPECT_EQ(changes[0].path, "nvme0c1n2");
        EXPECT_EQ(changes[0].from, "optimized");
        EXPECT_EQ(changes[0].to, "");
        EXPECT_EQ(states.size(), size - 1);
        EXPECT_EQ(states.open(), kept() ? open - 1 : 0) << "its descriptor is closed";
        calls.work_again();
        EXPECT_THAT(states.sweep(), IsEmpty()) << "gone for good";
    }
}

TEST_P(StateFaults, that_mean_nothing_are_told_once_until_they_end) {
    for (const int error : {EIO, EACCES, EPERM, EAGAIN, ENOMEM, EMFILE}) {
        calls.work_again();
        PathStates states = made();
        const Call call = kept() ? Call::read_again : Call::open;
        calls.fail(call, "nvme0c1n2/ana_state", error);
        const std::vector<StateChange> changes = states.sweep();
        ASSERT_THAT(changes, SizeIs(1)) << error;
        EXPECT_EQ(changes[0].kind, StateChange::Kind::unreadable) << error;
        EXPECT_EQ(changes[0].path, "nvme0c1n2");
        EXPECT_EQ(changes[0].to, errno_text(error));
        EXPECT_THAT(states.sweep(), IsEmpty()) << "told once";
        EXPECT_EQ(states.size(), 6U) << "still watched";
        calls.work_again();
        EXPECT_THAT(states.sweep(), IsEmpty()) << "it says what it said before";
        calls.fail(call, "nvme0c1n2/ana_state", error);
        EXPECT_THAT(states.sweep(), SizeIs(1)) << "and is told again when it begins anew";
        calls.work_again();
        tree.change(SysfsTree::path(0, 1, 2) + "/ana_state", "change\n");
        const std::vector<StateChange> after = states.sweep();
        ASSERT_THAT(after, SizeIs(1));
        EXPECT_EQ(after[0].kind, StateChange::Kind::changed);
        EXPECT_EQ(after[0].from, "optimized");
        EXPECT_EQ(after[0].to, "change");
        tree.change(SysfsTree::path(0, 1, 2) + "/ana_state", "optimized\n");
    }
}

INSTANTIATE_TEST_SUITE_P(Open, StateFaults, testing::Values(0, 100));

class PolicyFaults : public FileFaults {
  protected:
    /// What it says when the policy is set to round-robin now.
    std::string refusal(std::error_code code) {
        try {
            static_cast<void>(PolicyFile(root, "nvme-subsys0").set("round-robin"));
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            return error.what();
        }
        ADD_FAILURE() << "nothing was thrown";
        return {};
    }
    std::string shown() const {
        return root.open(SysfsTree::subsystem(0)).attribute("iopolicy").text;
    }
    static std::error_code system(int error) { return {error, std::generic_category()}; }
};

TEST_F(PolicyFaults, are_none_on_a_healthy_host) {
    const PolicyChange change = PolicyFile(root, "nvme-subsys0").set("round-robin");
    EXPECT_EQ(change.before, "numa");
    EXPECT_EQ(change.after, "round-robin");
    EXPECT_EQ(shown(), "round-robin");
}

TEST_F(PolicyFaults, of_opening_and_of_writing_say_what_to_do) {
    struct Case {
        int error;
        std::error_code code;
        std::string text;
    };
    const std::vector<Case> cases{
        {EACCES, system(EACCES), "run it as root"},
        {EPERM, system(EPERM), "run it as root"},
        {EROFS, system(EROFS), "read-only"},
        {EINVAL, Errc::invalid_argument, "does not know the policy 'round-robin'"},
        {ENOENT, Errc::not_found, "has gone away"},
        {ENODEV, Errc::not_found, "has gone away"},
        {EIO, system(EIO), "nvme-subsys0"},
        {ENOSPC, system(ENOSPC), "nvme-subsys0"},
    };
    for (const Case& one : cases) {
        for (const Call call : {Call::open, Call::write}) {
            calls.work_again();
            unsigned opens = 0;
            calls.fail(call, "/iopolicy", [&] {
                // The second opening is that for writing, or there would be no such file.
                return call == Call::open && ++opens < 3 ? 0 : one.error;
            });
            EXPECT_THAT(refusal(one.code), AllOf(HasSubstr(one.text), HasSubstr("nvme-subsys0")))
                << one.error;
            calls.work_again();
            tree.set(SysfsTree::subsystem(0) + "/iopolicy", "numa\n");
        }
    }
}

TEST_F(PolicyFaults, of_the_subsystems_directory_are_what_they_are) {
    unsigned opens = 0;
    calls.fail(Call::open, "/nvme-subsys0", [&] { return ++opens, 0; });
    static_cast<void>(PolicyFile(root, "nvme-subsys0"));
    const unsigned last = opens;
    for (const auto& [error, code] : std::vector<std::pair<int, std::error_code>>{
             {EACCES, system(EACCES)}, {EMFILE, system(EMFILE)}, {ENOENT, Errc::not_found}}) {
        calls.work_again();
        opens = 0;
        calls.fail(Call::open, "/nvme-subsys0",
                   [&, number = error] { return ++opens == last ? number : 0; });
        try {
            static_cast<void>(PolicyFile(root, "nvme-subsys0"));
            ADD_FAILURE() << error;
        } catch (const Error& failed) {
            EXPECT_EQ(failed.code(), code);
            EXPECT_THAT(failed.what(), HasSubstr("nvme-subsys0 (nqn.2024-01.com.example:faults)"));
        }
    }
}

TEST_F(PolicyFaults, of_the_default_say_what_to_do_about_the_module) {
    const std::string parameters = "sys/module/nvme_core/parameters";
    tree.set(parameters + "/iopolicy", "numa\n");
    tree.set(parameters + "/multipath", "Y\n");
    const auto refused = [&](std::error_code code) {
        try {
            static_cast<void>(PolicyFile(root, "").set("round-robin"));
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            return std::string(error.what());
        }
        ADD_FAILURE() << "nothing was thrown";
        return std::string();
    };
    for (const int error : {EACCES, EMFILE}) {
        calls.work_again();
        calls.fail(Call::open, "/parameters", error);
        const std::string text = refused(system(error));
        EXPECT_THAT(text, AllOf(HasSubstr("new subsystems"), HasSubstr(errno_text(error))));
        EXPECT_EQ(text.find("not loaded"), std::string::npos) << text;
    }
    calls.work_again();
    calls.fail(Call::open, "/parameters", ENOENT);
    EXPECT_THAT(refused(Errc::not_found),
                AllOf(HasSubstr("new subsystems"), HasSubstr("nvme_core is not loaded"),
                      HasSubstr("modprobe nvme_core")));
    for (const int error : {ENOENT, ENODEV}) {
        calls.work_again();
        calls.fail(Call::write, "/iopolicy", error);
        EXPECT_THAT(refused(Errc::not_found), HasSubstr("nvme_core was unloaded"));
    }
    calls.work_again();
    EXPECT_EQ(PolicyFile(root, "").set("round-robin").after, "round-robin");
}

TEST_F(PolicyFaults, are_none_of_another_subsystem_that_got_the_instance) {
    // Between the reading of the topology and the opening of the file, which is last.
    unsigned opens = 0;
    calls.fail(Call::open, "/nvme-subsys0", [&] { return ++opens, 0; });
    static_cast<void>(PolicyFile(root, "nvme-subsys0"));
    const unsigned last = opens;
    opens = 0;
    calls.work_again();
    calls.fail(Call::open, "/nvme-subsys0", [&] {
        if (++opens == last) {
            tree.set(SysfsTree::subsystem(0) + "/subsysnqn", "nqn.2024-01.com.example:other\n");
        }
        return 0;
    });
    EXPECT_THAT(refusal(Errc::not_found), HasSubstr("has gone away in the meantime"));
    EXPECT_EQ(shown(), "numa");
}

TEST_F(PolicyFaults, of_a_writing_that_was_cut_short_are_errors) {
    calls.pretend_to_write("/iopolicy", 5);
    refusal(system(EIO));
}

TEST_F(PolicyFaults, of_a_policy_that_stays_as_it_was_are_told) {
    const std::size_t all = std::string_view("round-robin").size();
    calls.pretend_to_write("/iopolicy", all);
    calls.answer("/iopolicy", "numa\n");
    EXPECT_THAT(refusal(Errc::unexpected),
                AllOf(HasSubstr("took 'round-robin'"), HasSubstr("shows 'numa'")));
    // Also where it became a third one, or cannot be read any more.
    calls.work_again();
    calls.pretend_to_write("/iopolicy", all);
    calls.answer("/iopolicy", "queue-depth\n");
    EXPECT_THAT(refusal(Errc::unexpected), HasSubstr("shows 'queue-depth'"));
}

TEST_F(PolicyFaults, of_a_subsystem_that_vanishes_at_any_moment_say_so) {
    for (const unsigned moment : {2U, 3U, 4U}) { // look, look before, write, look after
        calls.work_again();
        SysfsTree fresh;
        fresh.add_subsystem(kFaultNqn, 1, 1);
        FaultyCalls own;
        const SysfsRoot its(fresh.root(), own);
        const PolicyFile file(its, "nvme-subsys0");
        unsigned opens = 1;
        own.fail(Call::open, "/iopolicy", [&] {
            if (++opens == moment) {
                fresh.remove(SysfsTree::subsystem(0));
            }
            return 0;
        });
        try {
            static_cast<void>(file.set("round-robin"));
            ADD_FAILURE() << "nothing was thrown at " << moment;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::not_found) << error.what();
            EXPECT_THAT(error.what(), HasSubstr("has gone away in the meantime"));
        }
    }
}

} // namespace
} // namespace haoh::host
