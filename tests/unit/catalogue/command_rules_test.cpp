// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

#include <haoh/nvme/command.hpp>

#include <gmock/gmock.h>

namespace haoh::test {

namespace {

using nvme::CommandsLog;
using nvme::FirmwareLog;
using nvme::IdentifyControllerNvm;

/// What a controller says of its commands.
struct Commands {
    IdentifyControllerNvm nvm;
    CommandsLog log;
    FirmwareLog firmware;
};

Commands healthy_commands() {
    Commands out;
    for (const std::size_t opcode : {0x02U, 0x06U, 0x09U, 0x0AU, 0x80U}) {
        out.log.admin[opcode] = nvme::effects::supported;
    }
    for (const std::size_t opcode : {0x00U, 0x02U}) {
        out.log.io[opcode] = nvme::effects::supported;
    }
    out.log.io[0x01] = nvme::effects::supported | nvme::effects::changes_data;
    out.firmware.afi = 1;
    out.firmware.frs[0] = ascii<8>("1.0");
    return out;
}

void say(Node& node, const std::function<void(Commands&)>& change) {
    Commands commands = healthy_commands();
    change(commands);
    node.edit = [commands](ControllerObservation& out) {
        out.nvm_controller = Page::of(nvme::encode(commands.nvm));
        out.commands_log = Page::of(nvme::encode(commands.log));
        out.firmware_log = Page::of(nvme::encode(commands.firmware));
    };
}

void same_commands(Commands& /*commands*/) {}

/// A pair of which array B says something else than array A.
std::function<void(Pair&)> other_on_b(const std::function<void(Commands&)>& change) {
    return [change](Pair& pair) {
        pair.on_a([](Node& node) { say(node, same_commands); });
        pair.on_b([&change](Node& node) { say(node, change); });
    };
}

Report report_of(const std::function<void(Pair&)>& damage, Pair pair = Pair{}) {
    damage(pair);
    return pair.report();
}

using testing::IsEmpty;

TEST(CommandRules, HoldWhereAllSayTheSame) {
    const Report report = report_of(other_on_b(same_commands));
    EXPECT_THAT(lines(report), IsEmpty());
    for (const RuleResult& one : report.rules) {
        if (one.rule == "ctrl.command_limits.equal" || one.rule == "ctrl.effects.equal" ||
            one.rule == "ctrl.commands.equal" || one.rule == "ctrl.firmware_slots.domain" ||
            one.rule == "ctrl.firmware_slots.pending" || one.rule == "ctrl.command_limits.other") {
            EXPECT_EQ(one.state, RuleState::held) << one.rule;
        }
    }
}

TEST(CommandRules, SayNothingOfSnapshotsFromBeforeThePagesWereRead) {
    Pair pair;
    pair.on_both([](Node& node) {
        node.edit = [](ControllerObservation& out) {
            out.nvm_controller = out.commands_log = out.firmware_log = Page{};
        };
    });
    const Report report = pair.report();
    for (const RuleResult& one : report.rules) {
        if (one.rule.starts_with("ctrl.command") || one.rule.starts_with("ctrl.effects") ||
            one.rule.starts_with("ctrl.firmware_slots")) {
            EXPECT_EQ(one.state, RuleState::not_applicable) << one.rule;
        }
    }
}

TEST(CommandRules, AreUnknownWhereAPageCouldNotBeRead) {
    struct Row {
        const char* rule;
        Page ControllerObservation::*page;
    };
    for (const Row& row :
         {Row{"ctrl.command_limits.equal", &ControllerObservation::nvm_controller},
          Row{"ctrl.command_limits.other", &ControllerObservation::nvm_controller},
          Row{"ctrl.effects.equal", &ControllerObservation::commands_log},
          Row{"ctrl.commands.equal", &ControllerObservation::commands_log},
          Row{"ctrl.firmware_slots.domain", &ControllerObservation::firmware_log},
          Row{"ctrl.firmware_slots.pending", &ControllerObservation::firmware_log}}) {
        Pair pair;
        pair.on_both([](Node& node) { say(node, same_commands); });
        pair.b[1].edit = [&row, said = pair.b[1].edit](ControllerObservation& out) {
            said(out);
            out.*row.page = Page::of_failure("no answer in 5 s");
        };
        const Report report = pair.report();
        for (const RuleResult& one : report.rules) {
            if (one.rule == row.rule) {
                EXPECT_EQ(one.state, RuleState::unknown) << one.rule;
            }
        }
    }
}

/// Array B refuses CNS 06h, array A gives a limit of Write Zeroes.
void refuse_limits(Pair& pair, std::uint32_t version_of_b) {
    pair.on_a([](Node& node) { say(node, [](Commands& one) { one.nvm.wzsl = 5; }); });
    pair.on_b([version_of_b](Node& node) {
        say(node, same_commands);
        node.edit = [version_of_b, said = node.edit](ControllerObservation& out) {
            said(out);
            out.properties[nvme::property::vs] = version_of_b;
            out.nvm_controller =
                Page::of_status(nvme::Status{nvme::status::invalid_field | nvme::status::dnr});
        };
    });
}

TEST(CommandRules, TakeAPageThatIsRefusedForNoLimits) {
    Pair pair;
    refuse_limits(pair, 0x00020100);
    EXPECT_THAT(lines(pair.report()), testing::Contains("WARN ctrl.command_limits.equal"));
}

TEST(CommandRules, ExpectNoSuchPageOfAnOlderController) {
    Pair pair;
    refuse_limits(pair, 0x00010400);
    for (const std::string& line : lines(pair.report())) {
        EXPECT_EQ(line.find("ctrl.command_limits"), std::string::npos) << line;
    }
}

TEST(CommandRules, CompareNoLimitOfACommandThatIsNotThere) {
    const auto damage = [](Pair& pair) {
        other_on_b([](Commands& one) { one.nvm.dmrl = 64; })(pair);
        pair.on_both([](Node& node) { node.id.oncs = nvme::oncs::write_zeroes; });
    };
    EXPECT_THAT(lines(report_of(damage)), IsEmpty());
}

TEST(CommandRules, SayNothingOfEffectsThatLinuxKnowsByItself) {
    EXPECT_THAT(lines(report_of(other_on_b([](Commands& one) {
                    one.log.admin[0x80] |=
                        nvme::effects::changes_namespace | nvme::effects::submission_of_namespace;
                }))),
                testing::ElementsAre("NOTE ctrl.commands.equal"));
}

TEST(CommandRules, SayNothingOfWhatOlderVersionsDoNotHave) {
    EXPECT_THAT(lines(report_of(other_on_b([](Commands& one) {
                    for (std::uint32_t& entry : one.log.admin) {
                        entry |= entry != 0 ? 0x00180000U | 0x40000000U : 0U; // UUID, scope
                    }
                }))),
                IsEmpty());
}

TEST(CommandRules, TellAFewOfManyCommands) {
    const Report report = report_of(other_on_b([](Commands& one) {
        for (unsigned opcode = 0xC0; opcode < 0xD0; ++opcode) {
            one.log.admin[opcode] = nvme::effects::supported;
        }
    }));
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].what,
              "support of admin command C0h, admin command C1h, admin command C2h, admin command "
              "C3h, admin command C4h, admin command C5h and 10 more differs between array-a and "
              "array-b");
}

} // namespace

std::vector<Case> command_cases() {
    return {
        {"WriteZeroesThatIsLimitedOnOneArray",
         other_on_b([](Commands& one) { one.nvm.wzsl = 5; }),
         {"WARN ctrl.command_limits.equal"},
         {{"ctrl.command_limits.equal", Severity::degraded, "not given", "128 KiB"}}},
        {"DiscardsOfFewerRangesOnOneArray",
         other_on_b([](Commands& one) { one.nvm.dmrl = 64; }),
         {"WARN ctrl.command_limits.equal"},
         {{"ctrl.command_limits.equal", Severity::degraded, "not given", "64"}}},
        {"DiscardsOfFewerBlocksOnOneArray",
         other_on_b([](Commands& one) { one.nvm.dmrsl = 0x80000000U; }),
         {"WARN ctrl.command_limits.equal"},
         {{"ctrl.command_limits.equal", Severity::degraded, "not given", "2147483648"}}},
        {"ALimitThatNoSizeHolds",
         other_on_b([](Commands& one) { one.nvm.wzsl = 255; }),
         {"WARN ctrl.command_limits.equal"},
         {{"ctrl.command_limits.equal", Severity::degraded, "not given", "2^255 pages"}}},
        {"LimitsThatLinuxDoesNotTake",
         other_on_b([](Commands& one) { one.nvm.vsl = 8; }),
         {"NOTE ctrl.command_limits.other"},
         {{"ctrl.command_limits.other", Severity::management, "not given", "1024 KiB"}}},
        {"AnotherVersionOfTheCommandSet",
         other_on_b([](Commands& one) { one.nvm.ver = 0x00010100; }),
         {}},
        {"ACommandThatRunsAloneOnOneArray",
         other_on_b([](Commands& one) { one.log.admin[0x09] |= nvme::effects::submission_of_all; }),
         {"WARN ctrl.effects.equal"},
         {{"ctrl.effects.equal", Severity::degraded, "no effect", "alone on all namespaces"}}},
        {"ACommandThatChangesNamespacesOnOneArray",
         other_on_b([](Commands& one) {
             one.log.io[0x01] |=
                 nvme::effects::changes_namespace | nvme::effects::changes_inventory;
         }),
         {"WARN ctrl.effects.equal"},
         {{"ctrl.effects.equal", Severity::degraded, "changes data",
           "changes data, changes namespaces and changes which namespaces there are"}}},
        {"ACommandThatOneArrayLacks",
         other_on_b([](Commands& one) { one.log.io[0x01] = 0; }),
         {"NOTE ctrl.commands.equal"},
         {{"ctrl.commands.equal", Severity::management, "supported, changes data",
           "not supported"}}},
        {"FirmwareThatOneControllerOfAnArrayHas",
         [](Pair& pair) {
             pair.on_both([](Node& node) { say(node, same_commands); });
             say(pair.b[1], [](Commands& one) { one.firmware.frs[1] = ascii<8>("2.0"); });
         },
         {"NOTE ctrl.firmware_slots.domain"}},
        {"FirmwareThatOneArrayHas",
         other_on_b([](Commands& one) { one.firmware.frs[0] = ascii<8>("1.1"); }),
         {}},
        {"FirmwareThatWaitsForAReset",
         other_on_b([](Commands& one) {
             one.firmware.afi = 0x21;
             one.firmware.frs[1] = ascii<8>("2.0");
         }),
         {"NOTE ctrl.firmware_slots.pending"},
         {{"ctrl.firmware_slots.pending", Severity::management, "",
           "slot 2 (2.0) after slot 1 (1.0)"}}},
    };
}

} // namespace haoh::test
