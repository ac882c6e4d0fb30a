// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/status.hpp>

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

TEST(Status, IsTakenApart) {
    const Status status{0x4182}; // as Linux prints it
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.sct(), 1U);
    EXPECT_EQ(status.sc(), 0x82U);
    EXPECT_TRUE(status.dnr());
    EXPECT_EQ(status.code(), status::connect_invalid_parameters);

    EXPECT_TRUE(Status{0x2000}.ok()) << "M says that there is more, not that something failed";
    EXPECT_FALSE(Status{0x2000}.dnr());
}

TEST(DescribeStatus, GivesNameAndNumbers) {
    EXPECT_EQ(describe(Status{0x4184}), "Connect Invalid Host (sct 1h sc 84h, do not retry)");
    EXPECT_EQ(describe(Status{0x0302}), "Asymmetric Access Inaccessible (sct 3h sc 02h)");
    EXPECT_EQ(describe(Status{0x0000}), "Successful Completion (sct 0h sc 00h)");
    EXPECT_EQ(describe(Status{0x3985}), describe(Status{0x0185})) << "CRD and M are not told";
}

TEST(DescribeStatus, GivesNumbersAloneWithoutAName) {
    EXPECT_EQ(describe(Status{0x07FF}), "sct 7h sc ffh");
    EXPECT_EQ(describe(Status{0x43FE}), "sct 3h sc feh, do not retry");
}

TEST(DescribeStatus, NamesWhatTheCodeBaseNames) {
    for (const std::uint16_t code : {status::invalid_opcode,
                                     status::invalid_field,
                                     status::command_id_conflict,
                                     status::data_transfer_error,
                                     status::internal_error,
                                     status::abort_requested,
                                     status::invalid_namespace,
                                     status::command_sequence_error,
                                     status::sgl_length_invalid,
                                     status::invalid_sgl_offset,
                                     status::namespace_write_protected,
                                     status::lba_out_of_range,
                                     status::namespace_not_ready,
                                     status::reservation_conflict,
                                     status::aer_limit_exceeded,
                                     status::invalid_log_page,
                                     status::feature_not_saveable,
                                     status::connect_incompatible_format,
                                     status::connect_controller_busy,
                                     status::connect_invalid_parameters,
                                     status::connect_restart_discovery,
                                     status::connect_invalid_host,
                                     status::invalid_queue_type,
                                     status::discover_restart,
                                     status::authentication_required,
                                     status::compare_failure,
                                     status::internal_path_error,
                                     status::ana_persistent_loss,
                                     status::ana_inaccessible,
                                     status::ana_transition}) {
        EXPECT_NE(describe(Status{code}).find(" (sct "), std::string::npos) << code;
    }
}

} // namespace
} // namespace haoh::nvme
