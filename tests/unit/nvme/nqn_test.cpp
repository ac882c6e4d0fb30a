// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/nqn.hpp>

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

class WellFormedNqn : public testing::TestWithParam<std::string_view> {};

TEST_P(WellFormedNqn, HasNoDefect) {
    EXPECT_EQ(nqn_defect(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Nqn, WellFormedNqn,
    testing::Values("nqn.2014-08.com.example:nvme:nvm-subsystem-sn-d78432",
                    "nqn.2014-08.org.nvmexpress:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                    "nqn.2014-08.org.nvmexpress:uuid:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
                    "nqn.2014-08.org.nvmexpress.discovery", "nqn.2016-06.io.spdk:cnode1",
                    "nqn.1992-08.com.netapp:sn.0123456789abcdef:subsystem.metro",
                    "nqn.2010-06.com.purestorage:flasharray.1a2b3c4d5e",
                    "nqn.1988-11.com.dell:powerstore:00:f03028e73ef7D032D81E",
                    "nqn.2001-12.org.nvmexpressions:x", "nqn.2001-12.a:x",
                    "nqn.2001-12.com.x-y.z9:\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));

struct Malformed {
    std::string nqn;
    std::string_view defect;
};

class MalformedNqn : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedNqn, HasItsDefectNamed) {
    EXPECT_EQ(nqn_defect(GetParam().nqn), GetParam().defect) << GetParam().nqn;
}

INSTANTIATE_TEST_SUITE_P(
    Form, MalformedNqn,
    testing::Values(
        Malformed{"", "the name is empty"},
        Malformed{"testnqn", "the name does not start with \"nqn.\""},
        Malformed{"NQN.2024-01.com.example:a", "the name does not start with \"nqn.\""},
        Malformed{"nqn.", "\"\" is not a date of the form yyyy-mm"},
        Malformed{"nqn.2014.08.org.nvmexpress:12345678",
                  "\"2014.08\" is not a date of the form yyyy-mm"},
        Malformed{"nqn.2024-13.com.example:a", "\"2024-13\" is not a date of the form yyyy-mm"},
        Malformed{"nqn.2024-00.com.example:a", "\"2024-00\" is not a date of the form yyyy-mm"},
        Malformed{"nqn.2024-1.com.example:a", "\"2024-1.\" is not a date of the form yyyy-mm"},
        Malformed{"nqn.2024-01", "no reversed domain name follows the date"},
        Malformed{"nqn.2024-01:a", "no reversed domain name follows the date"},
        Malformed{"nqn.2024-01.com.example", "no colon follows the reversed domain name"},
        Malformed{"nqn.2024-01.:a", "\"\" is not a reversed domain name"},
        Malformed{"nqn.2024-01.com..example:a", "\"com..example\" is not a reversed domain name"},
        Malformed{"nqn.2024-01.com.example.:a", "\"com.example.\" is not a reversed domain name"},
        Malformed{"nqn.2024-01.com.-x:a", "\"com.-x\" is not a reversed domain name"},
        Malformed{"nqn.2024-01.com.exa mple:a", "\"com.exa mple\" is not a reversed domain name"},
        Malformed{"nqn.2024-01.com.example:", "nothing follows the colon"}));

INSTANTIATE_TEST_SUITE_P(
    ReservedDomain, MalformedNqn,
    testing::Values(
        Malformed{"nqn.2014-08.org.nvmexpress:nvmf:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                  "the domain org.nvmexpress is reserved: only its uuid form may be used"},
        Malformed{"nqn.2014-08.org.nvmexpress.other:a",
                  "the domain org.nvmexpress is reserved: only its uuid form may be used"},
        Malformed{"nqn.2014-08.org.nvmexpress:uuid:f81d4fae",
                  "\"f81d4fae\" behind \"uuid:\" is not a UUID"},
        Malformed{"nqn.2014-08.org.nvmexpress:uuid:f81d4fae7dec11d0a76500a0c91e6bf6",
                  "\"f81d4fae7dec11d0a76500a0c91e6bf6\" behind \"uuid:\" is not a UUID"},
        Malformed{"nqn.2014-08.org.nvmexpress.discovery ",
                  "no colon follows the reversed domain name"}));

INSTANTIATE_TEST_SUITE_P(
    Text, MalformedNqn,
    testing::Values(
        Malformed{"nqn.2024-01.com.example:a\n", "the control character 0Ah at byte 25"},
        Malformed{std::string("nqn.2024-01.com.example:a\0b", 27),
                  "the control character 00h at byte 25"},
        Malformed{"nqn.2024-01.com.example:\x7F", "the control character 7Fh at byte 24"},
        Malformed{"nqn.2024-01.com.example:\xFF", "byte 24 (FFh) is not UTF-8"},
        Malformed{"nqn.2024-01.com.example:\xC3", "byte 24 (C3h) is not UTF-8"},
        Malformed{"nqn.2024-01.com.example:\xC0\xAF", "byte 24 (C0h) is not UTF-8"},
        Malformed{"nqn.2024-01.com.example:\xE0\x80\xAF", "byte 24 (E0h) is not UTF-8"},
        Malformed{"nqn.2024-01.com.example:\xED\xA0\x80", "byte 24 (EDh) is not UTF-8"},
        Malformed{"nqn.2024-01.com.example:\xF0\x80\x80\x80", "byte 24 (F0h) is not UTF-8"},
        Malformed{"nqn.2024-01.com.example:\xF4\x90\x80\x80", "byte 24 (F4h) is not UTF-8"},
        Malformed{"nqn.2024-01.com.example:\xE2\x82", "byte 24 (E2h) is not UTF-8"}));

TEST(NqnLength, EndsAt223Bytes) {
    std::string nqn = "nqn.2024-01.com.example:";
    nqn.resize(kNqnMaxLength, 'x');
    EXPECT_EQ(nqn_defect(nqn), std::nullopt);
    nqn += 'x';
    EXPECT_EQ(nqn_defect(nqn), "224 bytes are more than the 223 allowed");
}

} // namespace
} // namespace haoh::nvme
