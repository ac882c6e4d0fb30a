// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/config.hpp>

#include "attribution/address_range.hpp"

#include "base/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

using base::TomlReader;

/// A site with what is needed to compare it with the others.
struct Parsed {
    Site site;
    std::vector<attribution::AddressRange> ranges;
    toml::source_region where;
};

Parsed read_site(TomlReader& reader) {
    Parsed out;
    out.where = reader.where();
    out.site.where = fmt::format("{}:{}", reader.origin(), out.where.begin.line);
    const auto name = reader.text("name");
    out.site.addresses = reader.texts("addresses").value_or(std::vector<std::string>{});
    for (std::size_t i = 0; i < out.site.addresses.size(); ++i) {
        std::string defect;
        auto range = attribution::parse_address_range(out.site.addresses[i], defect);
        if (!range) {
            reader.fail_at((*reader.array("addresses"))[i].source(), "addresses", defect,
                           "write ADDR, ADDR/PREFIX or ADDR:PORT");
        }
        out.ranges.push_back(std::move(*range));
    }
    constexpr std::int64_t kLastCntlid = 0xFFEF;
    if (const auto pair = reader.integers<std::uint16_t>("cntlids", 0, kLastCntlid)) {
        if (pair->size() != 2) {
            reader.fail("cntlids",
                        fmt::format("{} elements, not the first and the last", pair->size()));
        }
        const auto [first, last] = std::pair{pair->front(), pair->back()};
        if (first > last) {
            reader.fail("cntlids",
                        fmt::format("the first ({}) is greater than the last ({})", first, last));
        }
        out.site.cntlids = {first, last};
    }
    out.site.portids =
        reader.integers<std::uint16_t>("portids", 0, 0xFFFF).value_or(std::vector<std::uint16_t>{});
    out.site.domainid = reader.integer<std::uint16_t>("domainid", 1, 0xFFFF);
    reader.finish();
    if (!name) {
        reader.fail("name", "missing");
    }
    if (name->empty()) {
        reader.fail("name", "empty");
    }
    out.site.name = *name;
    if (out.site.addresses.empty() && !out.site.cntlids && out.site.portids.empty() &&
        !out.site.domainid) {
        reader.fail("", "nothing by which its controllers are recognised",
                    "give addresses, cntlids, portids or domainid");
    }
    return out;
}

/// Refuses a site that claims what an earlier one claims already: a controller would be on both.
void refuse_overlap(const Parsed& site, const Parsed& earlier, const TomlReader& reader) {
    const auto refuse = [&](std::string_view key, const std::string& what) {
        reader.fail_at(site.where, key,
                       fmt::format("{} of site \"{}\" overlap those of site \"{}\"", what,
                                   site.site.name, earlier.site.name));
    };
    if (site.site.name == earlier.site.name) {
        reader.fail_at(site.where, "name", fmt::format("a second site \"{}\"", site.site.name));
    }
    for (std::size_t i = 0; i < site.ranges.size(); ++i) {
        for (std::size_t k = 0; k < earlier.ranges.size(); ++k) {
            if (site.ranges[i].overlaps(earlier.ranges[k])) {
                refuse("addresses", fmt::format("the addresses {} and {}", site.site.addresses[i],
                                                earlier.site.addresses[k]));
            }
        }
    }
    if (site.site.cntlids && earlier.site.cntlids &&
        site.site.cntlids->first <= earlier.site.cntlids->second &&
        earlier.site.cntlids->first <= site.site.cntlids->second) {
        refuse("cntlids", "the controller IDs");
    }
    for (const std::uint16_t id : site.site.portids) {
        if (std::find(earlier.site.portids.begin(), earlier.site.portids.end(), id) !=
            earlier.site.portids.end()) {
            refuse("portids", fmt::format("the port IDs (both have {})", id));
        }
    }
    if (site.site.domainid && site.site.domainid == earlier.site.domainid) {
        refuse("domainid", fmt::format("the domain IDs (both have {})", *site.site.domainid));
    }
}

std::vector<Site> read_sites(TomlReader& root) {
    std::vector<Parsed> sites;
    root.tables("site", [&sites](TomlReader& reader) {
        Parsed site = read_site(reader);
        for (const Parsed& earlier : sites) {
            refuse_overlap(site, earlier, reader);
        }
        sites.push_back(std::move(site));
    });
    std::vector<Site> out;
    out.reserve(sites.size());
    for (Parsed& site : sites) {
        out.push_back(std::move(site.site));
    }
    return out;
}

constexpr std::array<std::pair<std::string_view, Profile>, 4> kProfiles{
    {{"auto", Profile::automatic},
     {"single", Profile::single},
     {"stretched", Profile::stretched},
     {"dispersed", Profile::dispersed}}};
constexpr std::array<std::pair<std::string_view, Window>, 4> kWindows{
    {{"none", Window::none},
     {"migration", Window::migration},
     {"upgrade", Window::upgrade},
     {"resize", Window::resize}}};
constexpr std::array<std::pair<std::string_view, FailOn>, 2> kFailOn{
    {{"fail", FailOn::fail}, {"warn", FailOn::warn}}};
constexpr std::array<std::pair<std::string_view, Policy>, 2> kPolicies{
    {{"active-passive", Policy::active_passive}, {"active-active", Policy::active_active}}};

/// The word of a table; every value has one.
template <typename Value, std::size_t Size>
std::string_view word_in_table(Value value,
                               const std::array<std::pair<std::string_view, Value>, Size>& words) {
    for (const auto& [word, one] : words) {
        if (one == value) {
            return word;
        }
    }
    return "?";
}

void read_check(TomlReader& reader, Config& out) {
    out.profile = reader.choice("profile", kProfiles).value_or(out.profile);
    out.window = reader.choice("window", kWindows).value_or(out.window);
    out.fail_on = reader.choice("fail_on", kFailOn).value_or(out.fail_on);
    out.policy = reader.choice("policy", kPolicies);
    reader.finish();
}

} // namespace

std::string_view word_of(Profile value) {
    return word_in_table(value, kProfiles);
}

std::string_view word_of(Window value) {
    return word_in_table(value, kWindows);
}

std::string_view word_of(FailOn value) {
    return word_in_table(value, kFailOn);
}

std::string_view word_of(Policy value) {
    return word_in_table(value, kPolicies);
}

Config parse_config(std::string_view text, std::string_view origin) {
    const toml::table document = base::parse_toml(text, origin);
    TomlReader root(document, std::string{origin});
    Config out;
    out.sites = read_sites(root);
    root.table("check", [&](TomlReader& reader) { read_check(reader, out); });
    root.finish();
    return out;
}

} // namespace haoh
