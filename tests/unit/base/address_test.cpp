// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/address.hpp>

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view text) {
    try {
        const Address address = parse_address(text);
        return "none: " + to_string(address);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::invalid_argument);
        EXPECT_THAT(error.what(), HasSubstr("\"" + std::string(text) + "\""));
        return error.what();
    }
}

TEST(ParseAddress, ReadsIpv4WithAndWithoutPort) {
    EXPECT_EQ(parse_address("tcp://10.0.0.1"),
              (Address{.traddr = "10.0.0.1", .trsvcid = 4420, .host_traddr = {}}));
    EXPECT_EQ(parse_address("tcp://10.0.0.1:8009"),
              (Address{.traddr = "10.0.0.1", .trsvcid = 8009, .host_traddr = {}}));
}

TEST(ParseAddress, ReadsIpv6InBracketsInItsCanonicalSpelling) {
    EXPECT_EQ(parse_address("tcp://[FD00:0:0::1]:65535"),
              (Address{.traddr = "fd00::1", .trsvcid = 65535, .host_traddr = {}}));
    EXPECT_EQ(parse_address("tcp://[::1]").trsvcid, 4420);
}

TEST(ParseAddress, ReadsHostNames) {
    EXPECT_EQ(parse_address("tcp://Array-A.example.com:4421"),
              (Address{.traddr = "array-a.example.com", .trsvcid = 4421, .host_traddr = {}}));
    EXPECT_EQ(parse_address("tcp://10gbe").traddr, "10gbe");
}

TEST(ParseAddress, ReadsTheKernelsSpelling) {
    EXPECT_EQ(parse_address("transport=tcp,traddr=10.0.0.1,trsvcid=4421,host_traddr=10.0.0.9"),
              (Address{.traddr = "10.0.0.1", .trsvcid = 4421, .host_traddr = "10.0.0.9"}));
    EXPECT_EQ(parse_address("traddr=fd00::1,transport=tcp").traddr, "fd00::1");
}

TEST(ParseAddress, ReadsWhatItWrites) {
    for (const char* const text :
         {"tcp://10.0.0.1:4420", "tcp://[fd00::1]:1", "tcp://array.example:65535"}) {
        EXPECT_EQ(to_string(parse_address(text)), text);
    }
}

TEST(ParseAddress, SaysWhatIsWrong) {
    EXPECT_THAT(error_of(""), HasSubstr("empty"));
    EXPECT_THAT(error_of("10.0.0.1"), HasSubstr("write tcp://10.0.0.1"));
    EXPECT_THAT(error_of("rdma://10.0.0.1"), HasSubstr("\"rdma\""));
    EXPECT_THAT(error_of("tcp://"), HasSubstr("missing"));
    EXPECT_THAT(error_of("tcp://fd00::1"), HasSubstr("brackets"));
    EXPECT_THAT(error_of("tcp://[fd00::1"), HasSubstr("not closed"));
    EXPECT_THAT(error_of("tcp://[10.0.0.1]"), HasSubstr("brackets are for IPv6"));
    EXPECT_THAT(error_of("tcp://[fd00::1]4420"), HasSubstr("after the bracket"));
    EXPECT_THAT(error_of("tcp://[fd00::zz]:1"), HasSubstr("not an IPv6 address"));
    EXPECT_THAT(error_of("tcp://10.0.0.256"), HasSubstr("not an IPv4 address"));
    EXPECT_THAT(error_of("tcp://10.0.0"), HasSubstr("not an IPv4 address"));
    EXPECT_THAT(error_of("tcp://array_a/x"), HasSubstr("neither an IP address nor a host name"));
    EXPECT_THAT(error_of("tcp://-a"), HasSubstr("host name"));
    EXPECT_THAT(error_of("tcp://a..b"), HasSubstr("host name"));
    EXPECT_THAT(error_of("tcp://" + std::string(300, 'a')), HasSubstr("host name"));
}

TEST(ParseAddress, KnowsWhatAHostNameMayHave) {
    for (const std::string& name : {std::string("az09"), std::string("array_a"),
                                    std::string("a-b.c"), std::string(63, 'a') + ".b"}) {
        EXPECT_EQ(parse_address("tcp://" + name).traddr, name);
    }
    EXPECT_EQ(parse_address("tcp://AZ").traddr, "az");
    EXPECT_EQ(parse_address("tcp://a.").traddr, "a.") << "the root's dot";
    for (const std::string name :
         {"a{b", "a^b", "user@host", "a b", "a/b", "a-", "-a", "a.-b", "a-.b"}) {
        EXPECT_THAT(error_of("tcp://" + name), HasSubstr("neither an IP address nor a host name"));
    }
    EXPECT_THAT(error_of("tcp://" + std::string(64, 'a') + ".b"), HasSubstr("host name"));
    // 253 bytes are the most that a name may have.
    const std::string label(63, 'a');
    const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'a');
    EXPECT_EQ(parse_address("tcp://" + longest).traddr, longest);
    EXPECT_THAT(error_of("tcp://" + longest + "a"), HasSubstr("host name"));
}

TEST(ParseAddress, ChecksThePort) {
    for (const char* const port : {"0", "65536", "x", "", "44 20", "+1", "99999999999"}) {
        EXPECT_THAT(error_of("tcp://10.0.0.1:" + std::string(port)), HasSubstr("1 to 65535"));
    }
}

TEST(ParseAddress, NamesTheKeyThatIsWrong) {
    EXPECT_THAT(error_of("transport=tcp,traddr=10.0.0.1,nqn=x"), HasSubstr("key \"nqn\""));
    EXPECT_THAT(error_of("transport=rdma,traddr=10.0.0.1"), HasSubstr("\"rdma\""));
    EXPECT_THAT(error_of("transport=tcp"), HasSubstr("\"traddr\" is missing"));
    EXPECT_THAT(error_of("traddr=10.0.0.1,traddr=10.0.0.2"), HasSubstr("\"traddr\" comes twice"));
    EXPECT_THAT(error_of("traddr=10.0.0.1,,"), HasSubstr("KEY=VALUE"));
    EXPECT_THAT(error_of("traddr=10.0.0.1,host_traddr=eth0"), HasSubstr("host_traddr \"eth0\""));
    EXPECT_THAT(error_of("traddr=10.0.0.1,host_traddr="), HasSubstr("host_traddr \"\""));
    EXPECT_THAT(error_of("traddr=,transport=tcp"), HasSubstr("the traddr is missing"));
    EXPECT_THAT(error_of("traddr=10.0.0.256"), HasSubstr("not an IPv4 address"));
    EXPECT_THAT(error_of("traddr=10.0.0.1,trsvcid=0"), HasSubstr("1 to 65535"));
    for (const char* const twice : {"transport=tcp", "trsvcid=1", "host_traddr=::1"}) {
        EXPECT_THAT(error_of(std::string{"traddr=10.0.0.1,"} + twice + "," + twice),
                    HasSubstr("comes twice"));
    }
}

TEST(ParseAddress, SourceAddressIsNumericAndCanonical) {
    const Address address = parse_address("host_traddr=FD00:0:0::9,traddr=Array-A");
    EXPECT_EQ(address, (Address{.traddr = "array-a", .trsvcid = 4420, .host_traddr = "fd00::9"}));
    EXPECT_EQ(to_string(address), "tcp://array-a:4420") << "brackets are for the target";
}

TEST(ParseAddress, EachPartOfAnAddressTellsItFromAnother) {
    const Address address{.traddr = "10.0.0.1", .trsvcid = 4420, .host_traddr = {}};
    for (const char* const text :
         {"tcp://10.0.0.2", "tcp://10.0.0.1:4421", "traddr=10.0.0.1,host_traddr=10.0.0.9"}) {
        EXPECT_NE(parse_address(text), address);
        EXPECT_LT(address, parse_address(text));
    }
    EXPECT_EQ(parse_address("traddr=10.0.0.1,transport=tcp"), address);
}

} // namespace
} // namespace haoh
