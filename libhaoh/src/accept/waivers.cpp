// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/waivers.hpp>

#include "accept/finding_key.hpp"
#include "base/toml_reader.hpp"

#include <haoh/nvme/namespace_id.hpp>
#include <haoh/rule.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh {
namespace {

using base::TomlReader;

constexpr std::size_t kMaxWords = 1000; ///< bytes of a reason or an owner
constexpr std::size_t kMaxWaivers = 10'000;
constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kWhiteSpace);
    return first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

/// What a draft has there, or somebody who means the same.
bool still_to_do(std::string_view text) {
    constexpr std::array<std::string_view, 4> kMarks{"fill in", "todo", "fixme", "tbd"};
    return std::ranges::any_of(kMarks, [text](std::string_view mark) {
        return text.size() >= mark.size() &&
               std::ranges::equal(text.substr(0, mark.size()), mark, {}, [](char letter) {
                   return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a')
                                                         : letter;
               });
    });
}

/// Words of whoever answers for it.
std::string read_words(TomlReader& reader, std::string_view key, std::string_view advice) {
    const auto written = reader.text(key);
    if (!written) {
        reader.fail(key, "missing", advice);
    }
    const std::string_view words = trimmed(*written);
    if (words.empty()) {
        reader.fail(key, "empty", advice);
    }
    if (still_to_do(words)) {
        reader.fail(key, "still to be filled in", advice);
    }
    if (words.size() > kMaxWords) {
        reader.fail(key, fmt::format("longer than {} bytes", kMaxWords));
    }
    return std::string{words};
}

Day read_expiry(TomlReader& reader, Day day) {
    constexpr std::string_view kAdvice =
        "write a day, as 2027-01-31: the last one on which the waiver holds";
    const toml::node* const found = reader.node("expires");
    if (found == nullptr) {
        reader.fail("expires", "missing", kAdvice);
    }
    const auto* const written = found->as_date();
    if (written == nullptr) {
        reader.fail("expires", fmt::format("must be a date, not {}", base::kind_of(*found)),
                    kAdvice);
    }
    const toml::date date = written->get();
    const std::chrono::year_month_day read{
        std::chrono::year{date.year}, std::chrono::month{date.month}, std::chrono::day{date.day}};
    if (!read.ok()) {
        reader.fail("expires", "there is no such day");
    }
    const Day expires{read};
    if (expires > day + kLongestWaiver) {
        reader.fail("expires",
                    fmt::format("{} is more than {} days away", format_day(expires),
                                kLongestWaiver.count()),
                    "no waiver is for ever: say so again when its time is over");
    }
    return expires;
}

std::string read_rule(TomlReader& reader) {
    const auto written = reader.text("rule");
    if (!written) {
        reader.fail("rule", "missing", "'haoh rules' lists them");
    }
    bool any = false;
    bool tame = false; // one that a glob may waive
    for (const Rule& rule : rules()) {
        if (!rule_matches(rule.id, *written) || accept::about_waivers(rule.id)) {
            continue;
        }
        any = true;
        tame = tame || rule.id == *written || rule.severity != Severity::corruption;
    }
    const bool exists = std::ranges::any_of(
        rules(), [&](const Rule& rule) { return rule_matches(rule.id, *written); });
    if (!exists) {
        reader.fail("rule", fmt::format("no rule is called \"{}\"", *written),
                    "'haoh rules' lists them");
    }
    if (!any) {
        reader.fail("rule", "what is wrong with waivers cannot be waived");
    }
    if (!tame) {
        reader.fail("rule",
                    fmt::format("\"{}\" matches only rules about data corruption", *written),
                    "such a rule is waived by its ID, and never by a glob");
    }
    return *written;
}

std::vector<std::string> read_list(TomlReader& reader, std::string_view key) {
    const auto list = reader.texts(key);
    if (!list) {
        return {};
    }
    const bool has_empty =
        std::ranges::any_of(*list, [](const std::string& one) { return one.empty(); });
    if (list->empty() || has_empty) {
        reader.fail(key, list->empty() ? "an empty list" : "an empty text in it",
                    "leave the key out where it is no bound");
    }
    return *list;
}

std::vector<std::string> read_namespaces(TomlReader& reader) {
    std::vector<std::string> out;
    for (const std::string& written : read_list(reader, "namespaces")) {
        if (const auto uuid = nvme::parse_uuid(written)) {
            out.push_back(nvme::format_nguid(*uuid)); // its digits, without dashes
        } else if (const auto nguid = nvme::parse_nguid(written)) {
            out.push_back(nvme::format_nguid(*nguid));
        } else if (const auto eui64 = nvme::parse_eui64(written)) {
            out.push_back(nvme::format_eui64(*eui64));
        } else {
            reader.fail("namespaces",
                        fmt::format("\"{}\" is neither a UUID, an NGUID nor an EUI-64", written));
        }
    }
    return out;
}

Waiver read_waiver(TomlReader& reader, Day day) {
    constexpr std::int64_t kLastNsid = 0xFFFFFFFE;
    Waiver out;
    out.where = fmt::format("{}:{}", reader.origin(), reader.where().begin.line);
    out.rule = read_rule(reader);
    out.subsystems = read_list(reader, "subsystems");
    out.arrays = read_list(reader, "arrays");
    out.hosts = read_list(reader, "hosts");
    if (const auto nsids = reader.integers<std::uint32_t>("nsids", 1, kLastNsid)) {
        if (nsids->empty()) {
            reader.fail("nsids", "an empty list", "leave the key out where it is no bound");
        }
        out.nsids = *nsids;
    }
    out.namespaces = read_namespaces(reader);
    out.kernels = read_list(reader, "kernels");
    out.reason = read_words(reader, "reason", "say why the deviation is accepted");
    out.owner = read_words(reader, "owner", "say who answers for it");
    out.expires = read_expiry(reader, day);
    reader.finish();
    return out;
}

} // namespace

Waivers parse_waivers(std::string_view text, std::string_view origin, Day day) {
    const toml::table document = base::parse_toml(text, origin);
    TomlReader root(document, std::string{origin});
    Waivers out{.all = {}, .file = std::string{origin}};
    root.tables("waiver", [&](TomlReader& reader) {
        if (out.all.size() == kMaxWaivers) {
            reader.fail("", fmt::format("more than {} waivers", kMaxWaivers));
        }
        out.all.push_back(read_waiver(reader, day));
    });
    root.finish("a waiver is a table [[waiver]]");
    return out;
}

} // namespace haoh
