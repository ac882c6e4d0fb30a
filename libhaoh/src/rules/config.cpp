// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/config.hpp>

#include "address_range.hpp"

#include "model/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

using model::TomlReader;

/// A site with what is needed to compare it with the others.
struct Parsed {
    Site site;
    std::vector<judge::AddressRange> ranges;
    toml::source_region where;
};

Parsed read_site(const TomlReader& reader) {
    constexpr std::array<std::string_view, 5> kKeys{"name", "addresses", "cntlids", "portids",
                                                    "domainid"};
    Parsed out;
    out.where = reader.where();
    reader.only_keys(kKeys);
    if (!reader.has("name")) {
        reader.refuse("name", "missing");
    }
    reader.get("name", out.site.name);
    if (out.site.name.empty()) {
        reader.refuse("name", "empty");
    }
    if (const toml::array* list = reader.array("addresses")) {
        for (const toml::node& element : *list) {
            std::string text = reader.string(element, "addresses");
            std::string defect;
            auto range = judge::parse_address_range(text, defect);
            if (!range) {
                reader.refuse(element.source(), "addresses", defect,
                              "write ADDR, ADDR/PREFIX or ADDR:PORT");
            }
            out.ranges.push_back(std::move(*range));
            out.site.addresses.push_back(std::move(text));
        }
    }
    if (const toml::array* pair = reader.array("cntlids")) {
        constexpr std::int64_t kLast = 0xFFEF;
        if (pair->size() != 2) {
            reader.refuse("cntlids",
                          fmt::format("{} elements, not the first and the last", pair->size()));
        }
        const std::int64_t first = reader.integer((*pair)[0], "cntlids", 0, kLast);
        const std::int64_t last = reader.integer((*pair)[1], "cntlids", 0, kLast);
        if (first > last) {
            reader.refuse("cntlids",
                          fmt::format("the first ({}) is greater than the last ({})", first, last));
        }
        out.site.cntlids = {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
    }
    if (const toml::array* list = reader.array("portids")) {
        for (const toml::node& element : *list) {
            out.site.portids.push_back(
                static_cast<std::uint16_t>(reader.integer(element, "portids", 0, 0xFFFF)));
        }
    }
    if (reader.has("domainid")) {
        std::uint16_t id = 0;
        reader.get("domainid", id, 1, 0xFFFF);
        out.site.domainid = id;
    }
    if (out.site.addresses.empty() && !out.site.cntlids && out.site.portids.empty() &&
        !out.site.domainid) {
        reader.refuse("", "nothing by which its controllers are recognised",
                      "give addresses, cntlids, portids or domainid");
    }
    return out;
}

/// Refuses a site that claims what an earlier one claims already: a controller would be on both.
void refuse_overlap(const Parsed& site, const Parsed& earlier, const TomlReader& reader) {
    const auto refuse = [&](std::string_view key, const std::string& what) {
        reader.refuse(site.where, key,
                      fmt::format("{} of site \"{}\" overlap those of site \"{}\"", what,
                                  site.site.name, earlier.site.name));
    };
    if (site.site.name == earlier.site.name) {
        reader.refuse(site.where, "name", fmt::format("a second site \"{}\"", site.site.name));
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

std::vector<Site> read_sites(const TomlReader& root) {
    std::vector<Parsed> sites;
    if (const toml::array* list = root.array("site")) {
        for (const toml::node& element : *list) {
            const TomlReader reader = root.table(element, "site");
            Parsed site = read_site(reader);
            for (const Parsed& earlier : sites) {
                refuse_overlap(site, earlier, reader);
            }
            sites.push_back(std::move(site));
        }
    }
    std::vector<Site> out;
    out.reserve(sites.size());
    for (Parsed& site : sites) {
        out.push_back(std::move(site.site));
    }
    return out;
}

void read_check(const TomlReader& reader, Config& out) {
    constexpr std::array<std::string_view, 4> kKeys{"profile", "window", "fail_on", "policy"};
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
    reader.only_keys(kKeys);
    reader.get("profile", out.profile, kProfiles);
    reader.get("window", out.window, kWindows);
    reader.get("fail_on", out.fail_on, kFailOn);
    reader.get("policy", out.policy, kPolicies);
}

} // namespace

Config parse_config(std::string_view text, std::string_view origin) {
    constexpr std::array<std::string_view, 2> kKeys{"site", "check"};
    const toml::table document = model::parse_toml(text, origin);
    const TomlReader root(document, origin);
    root.only_keys(kKeys);
    Config out;
    out.sites = read_sites(root);
    root.table("check", [&](const TomlReader& reader) { read_check(reader, out); });
    return out;
}

} // namespace haoh
