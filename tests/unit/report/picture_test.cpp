// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/picture.hpp"

#include "page.hpp"
#include "sample.hpp"
#include "sample_host.hpp"

#include "report/check/report_view.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

using report::Picture;
using report::PictureCell;
using report::PictureRow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Picture> pictures_of(const Sample& sample) {
    const report::ReportView view = report::view_of(sample.report);
    const std::vector<report::SubsystemArrays> subsystems =
        report::subsystems_of(sample.observation, view.attributions);
    const report::ToldFindings told(view);
    const report::FindingText words(view, sample.observation);
    return report::pictures_of(view, sample.observation, subsystems, told, words);
}

Picture picture_of(const Sample& sample) {
    std::vector<Picture> all = pictures_of(sample);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Picture{} : all.front();
}

/// "NSID 2: optimized = optimized", with what joins two arrays, or parts them, between them, and what is
/// not there in brackets.
std::string told(const PictureRow& row) {
    std::string out = row.label + ":";
    for (std::size_t index = 0; index < row.cells.size(); ++index) {
        const PictureCell& cell = row.cells[index];
        out += index == 0 ? " " : cell.joined ? " = " : " / ";
        out += cell.there ? cell.text : "(" + cell.text + ")";
        out += cell.value.empty() ? "" : "[" + cell.value + "]";
    }
    return out;
}

std::vector<std::string> told(const std::vector<PictureRow>& rows) {
    std::vector<std::string> out;
    for (const PictureRow& row : rows) {
        out.push_back(told(row));
    }
    return out;
}

/// As `check` finds a volume that one array does not show.
void drop_on_array_b(Sample& sample, std::uint32_t nsid) {
    for (ControllerObservation& controller : sample.observation.controllers) {
        if (controller.connection.cntlid >= 1000) {
            std::erase_if(controller.namespaces,
                          [nsid](const NamespaceObservation& one) { return one.nsid == nsid; });
            std::erase(*controller.active_nsids, nsid);
        }
    }
}

TEST(PictureOfAPair, is_whole_when_all_is_well) {
    const Picture picture = picture_of(healthy_pair(4));
    EXPECT_EQ(picture.subsysnqn, kSampleNqn);
    EXPECT_EQ(picture.mark.verdict, Verdict::pass);
    ASSERT_EQ(picture.arrays.size(), 2U);
    EXPECT_EQ(picture.arrays[0].name, "array-a");
    ASSERT_EQ(picture.arrays[1].controllers.size(), 2U);
    EXPECT_EQ(picture.arrays[1].controllers[0].name, "controller 1001");
    EXPECT_EQ(picture.arrays[1].controllers[0].detail, "tcp 10.1.0.1:4420");
    ASSERT_EQ(picture.hosts.size(), 1U);
    EXPECT_EQ(picture.hosts[0].detail, "as nqn.2026-01.com.example:host");
    EXPECT_THAT(picture.hosts[0].links,
                ElementsAre(report::PictureHost::Link{2, 2}, report::PictureHost::Link{2, 2}));
    EXPECT_THAT(picture.unobserved, IsEmpty());
    EXPECT_THAT(told(picture.rows), ElementsAre("NSID 1-2: optimized = (inaccessible)",
                                                "NSID 3-4: (inaccessible) = optimized"));
    EXPECT_EQ(picture.namespaces, 4U);
}

TEST(PictureOfAPair, parts_where_a_value_differs) {
    Sample sample = healthy_pair();
    change_uuid_on_array_b(sample, 2);
    add(sample.report, uuid_finding(sample, 2));
    const Picture picture = picture_of(sample);
    EXPECT_EQ(picture.mark, (report::PictureMark{Verdict::fail, "finding-1"}));
    ASSERT_EQ(picture.rows.size(), 2U);
    const PictureRow& row = picture.rows[0]; // the worst is first
    EXPECT_EQ(told(row), "NSID 2: (inaccessible)[5d0f9a61-1c7e-4b02-8a00-0000000002a5] / "
                         "optimized[5d0f9a61-1c7e-4b02-8a00-0000000002ff]");
    EXPECT_EQ(row.rule, "ns.uuid.equal");
    EXPECT_EQ(row.mark, (report::PictureMark{Verdict::fail, "finding-1"}));
    EXPECT_EQ(row.cells[0].verdict, Verdict::fail);
    EXPECT_EQ(row.cells[1].verdict, Verdict::fail);
    EXPECT_EQ(told(picture.rows[1]), "NSID 1: optimized = (inaccessible)");
    EXPECT_EQ(picture.rows[1].mark.verdict, Verdict::pass);
    // What is wrong is between them.
    EXPECT_EQ(picture.arrays[1].controllers[0].mark.verdict, Verdict::pass);
}

TEST(PictureOfAPair, parts_where_arrays_differ_and_no_rule_was_asked) {
    Sample sample = healthy_pair();
    change_uuid_on_array_b(sample, 2);
    const Picture picture = picture_of(sample);
    EXPECT_EQ(picture.mark.verdict, Verdict::pass);
    EXPECT_THAT(told(picture.rows),
                ElementsAre("NSID 1: optimized = (inaccessible)",
                            "NSID 2: (inaccessible)[uuid 5d0f9a61-1c7e-4b02-8a00-0000000002a5] / "
                            "optimized[uuid 5d0f9a61-1c7e-4b02-8a00-0000000002ff]"));
}

TEST(PictureOfAPair, parts_where_a_difference_is_waived_and_raises_no_alarm) {
    Sample sample = healthy_pair();
    change_uuid_on_array_b(sample, 2);
    add_waived(sample.report, uuid_finding(sample, 2));
    const Picture picture = picture_of(sample);
    EXPECT_EQ(picture.mark, (report::PictureMark{Verdict::note, "finding-1"}));
    EXPECT_EQ(picture.rows.at(0).rule, "waived: ns.uuid.equal");
    EXPECT_EQ(picture.rows[0].cells.at(1).verdict, Verdict::note);
    EXPECT_FALSE(picture.rows[0].cells[1].joined);
}

TEST(PictureOfAPair, shows_what_an_array_does_not_have) {
    Sample sample = healthy_pair();
    drop_on_array_b(sample, 1);
    EXPECT_EQ(told(picture_of(sample).rows.at(0)), "NSID 1: optimized / (absent)");
}

TEST(PictureOfAPair, has_a_bar_for_what_the_subsystem_says) {
    Sample sample = healthy_pair();
    add(sample.report, serial_finding(sample));
    const Picture picture = picture_of(sample);
    ASSERT_EQ(picture.rows.size(), 3U);
    EXPECT_EQ(told(picture.rows[0]), "subsystem: [SN0001] / [SN0002]");
    EXPECT_EQ(picture.rows[0].what, "serial number differs between array-a and array-b");
    // A note is no harm, and has no bar.
    Sample noted = healthy_pair();
    add(noted.report, firmware_note(noted));
    EXPECT_EQ(picture_of(noted).rows.size(), 2U);
    EXPECT_EQ(picture_of(noted).mark.verdict, Verdict::pass);
}

TEST(PictureOfAPair, marks_a_controller_that_a_finding_names) {
    Sample sample = healthy_pair();
    Finding finding = serial_finding(sample);
    finding.values = {finding.values.at(3)};
    add(sample.report, finding);
    const Picture picture = picture_of(sample);
    EXPECT_EQ(picture.arrays[1].controllers[1].mark,
              (report::PictureMark{Verdict::fail, "finding-1"}));
    EXPECT_EQ(picture.arrays[1].controllers[0].mark.verdict, Verdict::pass);
    EXPECT_EQ(picture.arrays[0].controllers[0].mark.verdict, Verdict::pass);
    EXPECT_EQ(picture.rows[0].cells[0].verdict, Verdict::pass);
    EXPECT_EQ(picture.rows[0].cells[1].verdict, Verdict::fail);
}

TEST(PictureOfAPair, is_not_whole_when_something_was_not_observed) {
    Sample sample = healthy_pair();
    add(sample, refused_target());
    const Picture picture = picture_of(sample);
    EXPECT_THAT(picture.unobserved, ElementsAre("tcp://10.2.0.1:4420"));
    EXPECT_EQ(picture.mark, (report::PictureMark{Verdict::unknown, "unobserved"}));
    // No bar says that all is well.
    for (const PictureRow& row : picture.rows) {
        EXPECT_EQ(row.mark.verdict, Verdict::unknown);
        EXPECT_EQ(row.cells.at(0).verdict, Verdict::unknown);
    }
}

TEST(PictureOfAPair, folds_what_looks_alike) {
    const Picture picture = picture_of(healthy_pair(1000));
    ASSERT_EQ(picture.rows.size(), 2U);
    EXPECT_EQ(picture.rows[0].label, "NSID 1-500");
    EXPECT_EQ(picture.rows[0].detail, "500 namespaces");
    EXPECT_EQ(picture.rows[1].label, "NSID 501-1000");
}

TEST(PictureOfAHost, has_its_controllers_and_paths) {
    const Picture picture = picture_of(healthy_host());
    ASSERT_EQ(picture.hosts.size(), 1U);
    EXPECT_EQ(picture.hosts[0].name, "alpha");
    EXPECT_EQ(picture.hosts[0].detail, "Linux 6.12.107-amd64");
    EXPECT_EQ(picture.arrays.at(0).controllers.at(0).name, "nvme0, controller 1");
    EXPECT_THAT(picture.arrays[0].controllers[0].detail, HasSubstr("live"));
    EXPECT_THAT(told(picture.rows), ElementsAre("NSID 1: optimized = (inaccessible)",
                                                "NSID 2: (inaccessible) = optimized"));
}

TEST(PictureOfAHost, shows_paths_that_the_kernel_does_not_have) {
    Sample sample = healthy_host();
    std::vector<KernelPath>& paths = subsystem_of(sample).namespaces.at(1).paths;
    paths.erase(paths.begin() + 2, paths.end());
    const std::string row = told(picture_of(sample).rows.at(1));
    EXPECT_THAT(row, HasSubstr("NSID 2: (inaccessible) / ("));
    EXPECT_THAT(row, HasSubstr("no path"));
}

TEST(PictureOfAHost, shows_a_controller_that_is_not_live) {
    Sample sample = healthy_host();
    subsystem_of(sample).controllers.at(3).state = Attribute::of("connecting");
    const Picture picture = picture_of(sample);
    EXPECT_FALSE(picture.arrays.at(1).controllers.at(1).live);
    EXPECT_THAT(picture.arrays[1].controllers[1].detail, HasSubstr("connecting"));
    EXPECT_EQ(picture.hosts[0].links.at(1), (report::PictureHost::Link{2, 1}));
    EXPECT_TRUE(picture.arrays[1].controllers[0].live);
}

TEST(PictureOfAHost, is_there_also_where_no_controller_could_be_asked) {
    const Picture picture = picture_of(host_without_root());
    ASSERT_FALSE(picture.rows.empty());
    EXPECT_EQ(picture.hosts.at(0).name, "alpha");
    std::size_t controllers = 0;
    for (const report::PictureArray& array : picture.arrays) {
        controllers += array.controllers.size();
    }
    EXPECT_EQ(controllers, 4U);
}

TEST(Pictures, are_one_for_each_subsystem_the_worst_first) {
    Sample sample = healthy_pair(1);
    for (ControllerObservation controller : healthy_pair(1).observation.controllers) {
        controller.subsysnqn = "nqn.2026-01.com.example:stretched-2";
        controller.name += " too";
        sample.observation.controllers.push_back(controller);
    }
    std::vector<Picture> pictures = pictures_of(sample);
    ASSERT_EQ(pictures.size(), 2U);
    EXPECT_EQ(pictures[0].subsysnqn, kSampleNqn);
    Finding finding = serial_finding(sample);
    finding.subsystem = "nqn.2026-01.com.example:stretched-2";
    add(sample.report, finding);
    pictures = pictures_of(sample);
    EXPECT_EQ(pictures[0].subsysnqn, "nqn.2026-01.com.example:stretched-2");
    EXPECT_EQ(pictures[1].mark.verdict, Verdict::pass);
}

// As drawn.

ParsedPage drawn(const Picture& picture) {
    report::Markup out;
    report::draw_picture(out, picture, "p");
    return ParsedPage("<html>" + std::move(out).take() + "</html>");
}

TEST(DrawnPicture, of_a_broken_pair_does_not_look_healthy) {
    const ParsedPage healthy = drawn(picture_of(healthy_pair()));
    EXPECT_EQ(healthy.count(ParsedPage::of_class("rect", "fail")), 0U);
    EXPECT_EQ(healthy.count(ParsedPage::of_class("rect", "bridge")), 2U);
    EXPECT_EQ(healthy.count(ParsedPage::of_class("text", "parted")), 0U);
    EXPECT_EQ(healthy.count("//a"), 0U);

    Sample sample = healthy_pair();
    change_uuid_on_array_b(sample, 2);
    add(sample.report, uuid_finding(sample, 2));
    const ParsedPage broken = drawn(picture_of(sample));
    EXPECT_EQ(broken.count(ParsedPage::of_class("rect", "fail")), 2U);
    EXPECT_EQ(broken.count(ParsedPage::of_class("rect", "bridge")), 1U);
    EXPECT_THAT(broken.texts(ParsedPage::of_class("text", "parted")), ElementsAre("\u2260"));
    EXPECT_EQ(broken.first("//a").attribute("href").value(), std::string("#finding-1"));
    EXPECT_EQ(broken.text(ParsedPage::of_class("tspan", "caption")),
              "ns.uuid.equal: UUID differs between array-a and array-b");
    // Both values, with what differs in sight.
    const std::vector<std::string> values = broken.texts(ParsedPage::of_class("text", "mono"));
    EXPECT_THAT(values, ElementsAre(HasSubstr("02a5"), HasSubstr("02ff")));
}

TEST(DrawnPicture, is_bounded_and_counts_what_it_leaves_out) {
    Picture picture{.subsysnqn = "nqn"};
    for (int index = 0; index < 500; ++index) {
        picture.hosts.push_back({.name = fmt::format("host{}", index), .detail = ""});
        picture.arrays.push_back({.name = fmt::format("array{}", index)});
        picture.unobserved.push_back(fmt::format("target{}", index));
        picture.rows.push_back({.label = fmt::format("NSID {}", index)});
    }
    for (PictureRow& row : picture.rows) {
        row.cells.resize(picture.arrays.size());
    }
    for (int index = 0; index < 500; ++index) {
        picture.arrays[0].controllers.push_back({.name = fmt::format("c{}", index), .detail = ""});
    }
    picture.arrays[0].controllers[499].mark.add(Verdict::fail, "finding-1");
    report::Markup out;
    report::draw_picture(out, picture, "p");
    EXPECT_LT(out.size(), 60'000U);
    const std::string svg = std::move(out).take();
    for (const char* const left_out :
         {"and 496 more hosts", "and 492 more controllers", "and 495 more arrays",
          "500 objects not observed", "and 486 more bars like these, of which no finding tells"}) {
        EXPECT_THAT(svg, HasSubstr(left_out));
    }
    EXPECT_THAT(svg, HasSubstr(">c499<")) << "what is wrong is shown first";
}

TEST(DrawnPicture, of_nothing_is_drawn_all_the_same) {
    const ParsedPage page = drawn({.subsysnqn = "nqn"});
    EXPECT_EQ(page.count("//svg"), 1U);
}

} // namespace
} // namespace haoh::test
