// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/silent_change.hpp"

#include "unit/collect/fake_controller.hpp"

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

NamespaceObservation healthy() {
    nvme::IdentifyNamespace id;
    id.nsze = 100;
    id.ncap = 100;
    id.nuse = 7;
    id.lbaf[0].lbads = 9;
    nvme::Bytes descriptors(nvme::kIdentifySize);
    descriptors[0] = 3;
    NamespaceObservation out;
    out.nsid = 1;
    out.identify = Page::of(nvme::encode(id));
    out.descriptors = Page::of(descriptors);
    out.nvm = Page::of(nvme::encode(nvme::IdentifyNamespaceNvm{}));
    out.independent = Page::of(nvme::encode(nvme::IdentifyNamespaceIndependent{}));
    return out;
}

NamespaceObservation with_byte(Page NamespaceObservation::*page, std::size_t offset,
                               std::uint8_t value) {
    NamespaceObservation out = healthy();
    nvme::Bytes bytes = (out.*page).whole();
    bytes.at(offset) = value;
    out.*page = Page::of(bytes);
    return out;
}

TEST(SilentChange, IsWhateverCheckWouldJudgeOtherwise) {
    EXPECT_FALSE(says_otherwise(healthy(), healthy()));
    struct Row {
        Page NamespaceObservation::*page;
        std::size_t offset;
        const char* what;
    };
    for (const Row& row : {Row{&NamespaceObservation::identify, 0, "NSZE"},
                           Row{&NamespaceObservation::identify, 8, "NCAP"},
                           Row{&NamespaceObservation::identify, 26, "FLBAS"},
                           Row{&NamespaceObservation::identify, 30, "NMIC"},
                           Row{&NamespaceObservation::identify, 32, "FPI, as a format begins"},
                           Row{&NamespaceObservation::identify, 92, "ANAGRPID"},
                           Row{&NamespaceObservation::identify, 99, "NSATTR"},
                           Row{&NamespaceObservation::identify, 104, "NGUID"},
                           Row{&NamespaceObservation::identify, 383, "LBAF63"},
                           Row{&NamespaceObservation::identify, 90, "what is reserved"},
                           Row{&NamespaceObservation::descriptors, 4, "an identifier"},
                           Row{&NamespaceObservation::descriptors, 4095, "the last of them"},
                           Row{&NamespaceObservation::nvm, 12, "ELBAF0"},
                           Row{&NamespaceObservation::independent, 14, "NSTAT"}}) {
        const NamespaceObservation other = with_byte(row.page, row.offset, 0x55);
        EXPECT_TRUE(says_otherwise(healthy(), other)) << row.what;
        EXPECT_TRUE(says_otherwise(other, healthy())) << row.what;
    }
}

TEST(SilentChange, IsNotWhatMovesByItself) {
    for (const std::size_t offset : {std::size_t{16}, std::size_t{23}, std::size_t{48},
                                     std::size_t{63}, std::size_t{384}, std::size_t{4095}}) {
        EXPECT_FALSE(
            says_otherwise(healthy(), with_byte(&NamespaceObservation::identify, offset, 0x55)))
            << offset;
    }
    EXPECT_FALSE(says_otherwise(with_byte(&NamespaceObservation::identify, 32, 0x80 | 70),
                                with_byte(&NamespaceObservation::identify, 32, 0x80 | 69)))
        << "how far a format has come";
    // What follows a field that is passed over counts all the same.
    NamespaceObservation both = with_byte(&NamespaceObservation::identify, 16, 0x55);
    nvme::Bytes bytes = both.identify.whole();
    bytes[24] = 0x55;
    both.identify = Page::of(bytes);
    EXPECT_TRUE(says_otherwise(healthy(), both));
}

TEST(SilentChange, IsNotThatNothingWasAnswered) {
    NamespaceObservation none = healthy();
    none.identify = Page::of_failure("no answer");
    EXPECT_FALSE(says_otherwise(healthy(), none));
    EXPECT_TRUE(says_otherwise(none, healthy())) << "it is answered again";
    none.identify = Page::of_budget(BudgetPart::objects);
    EXPECT_FALSE(says_otherwise(none, healthy())) << "there is no more room than there was";

    NamespaceObservation refused = healthy();
    refused.identify = Page::of_status(nvme::Status{nvme::status::invalid_namespace});
    EXPECT_TRUE(says_otherwise(healthy(), refused));
    EXPECT_FALSE(says_otherwise(refused, refused));
    NamespaceObservation otherwise = healthy();
    otherwise.identify = Page::of_status(nvme::Status{nvme::status::internal_error});
    EXPECT_TRUE(says_otherwise(refused, otherwise));
}

TEST(SilentChange, OfAControllerIsItsIdentityAndWhatIsActive) {
    const auto of = [](const nvme::IdentifyController& id,
                       std::optional<std::vector<std::uint32_t>> nsids) {
        ControllerObservation out;
        out.identify = Page::of(nvme::encode(id));
        out.active_nsids = std::move(nsids);
        return out;
    };
    nvme::IdentifyController id;
    id.sn.fill('1');
    const ControllerObservation before = of(id, {{1, 2}});
    EXPECT_FALSE(says_otherwise(before, of(id, {{1, 2}})));
    EXPECT_TRUE(says_otherwise(before, of(id, {{1}})));
    EXPECT_TRUE(says_otherwise(before, of(id, {{1, 2, 3}})));
    EXPECT_FALSE(says_otherwise(before, of(id, std::nullopt))) << "not read";
    nvme::IdentifyController other = id;
    other.sn[19] = '2';
    EXPECT_TRUE(says_otherwise(before, of(other, {{1, 2}})));
    other = id;
    other.unvmcap[3] = 9;
    EXPECT_FALSE(says_otherwise(before, of(other, {{1, 2}}))) << "what is left to be allocated";
}

class ChangedOf : public ::testing::Test {
  protected:
    ChangedOf() {
        core_->begin();
        ControllerObservation known = test::run(context_, collect_controller(controller_, {}));
        known.name = "a";
        core_->keep({}, std::move(known));
    }
    ~ChangedOf() override {
        core_->end();
        context_.restart();
        context_.run();
    }
    Round::Portion changed(const Round::Portion& portion, const std::string& controller = "a") {
        return test::run(context_, changed_of(*core_, controller, controller_, portion, {}));
    }

    boost::asio::io_context context_{1};
    test::FakeController controller_{context_.get_executor(), 8};
    std::shared_ptr<MonitorCore> core_ =
        std::make_shared<MonitorCore>(context_.get_executor(), MonitorOptions{});
};

TEST_F(ChangedOf, IsNothingOfAnArrayAsItWas) {
    const Round::Portion changed_now =
        changed({.nsids = {1, 2, 3, 4, 5, 6, 7, 8}, .controller = true});
    EXPECT_THAT(changed_now.nsids, IsEmpty());
    EXPECT_FALSE(changed_now.controller);
}

TEST_F(ChangedOf, IsWhatIsNotAsItWas) {
    controller_.before = [](const nvme::AdminCommand& command,
                            std::size_t) -> std::optional<nvme::AdminResult> {
        const bool asked = command.opcode == nvme::opcode::identify && command.nsid == 3 &&
                           (command.cdw[0] & 0xFFU) == nvme::cns::identify_namespace;
        if (!asked) {
            return std::nullopt;
        }
        nvme::IdentifyNamespace id;
        id.nsze = 12345;
        nvme::AdminResult result;
        result.data = nvme::encode(id);
        return result;
    };
    EXPECT_THAT(changed({.nsids = {2, 3, 4}, .controller = true}).nsids, ElementsAre(3));
    EXPECT_THAT(changed({.nsids = {2, 4, 99}, .controller = false}).nsids, IsEmpty());
    EXPECT_TRUE(changed({.nsids = {3}, .controller = true}, "b").empty()) << "nobody knows it";
    controller_.nsids.pop_back();
    EXPECT_TRUE(changed({.nsids = {}, .controller = true}).controller);
    EXPECT_FALSE(changed({.nsids = {1}, .controller = false}).controller) << "not asked";
}

} // namespace
} // namespace haoh::monitor
