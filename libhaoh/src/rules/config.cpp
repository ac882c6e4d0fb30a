// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/config.hpp>

#include "address_range.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>

namespace haoh {

namespace {

constexpr std::string_view kOperation = "read";

/// Refuses with the place of a node.
class Reader {
  public:
    explicit Reader(std::string_view origin) : origin_(origin) {}

    [[noreturn]] void refuse(const toml::source_region& where, std::string_view key,
                             const std::string& cause, std::string_view advice = {}) const {
        throw Error(make_error_code(Errc::malformed), kOperation,
                    fmt::format("{}:{}: {}", origin_, where.begin.line, key), cause, advice);
    }

    void only_keys(const toml::table& table, std::string_view name,
                   std::span<const std::string_view> known) const {
        for (const auto& [key, value] : table) {
            if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
                refuse(key.source(), join(name, key.str()), "unknown key",
                       fmt::format("the keys are {}", fmt::join(known, ", ")));
            }
        }
    }

    [[nodiscard]] std::string string(const toml::node& node, std::string_view key) const {
        const auto* value = node.as_string();
        if (value == nullptr) {
            refuse(node.source(), key, fmt::format("{}, not a string", kind(node)));
        }
        return value->get();
    }

    [[nodiscard]] const toml::array& array(const toml::node& node, std::string_view key) const {
        const auto* value = node.as_array();
        if (value == nullptr) {
            refuse(node.source(), key, fmt::format("{}, not an array", kind(node)));
        }
        return *value;
    }

    [[nodiscard]] const toml::table& table(const toml::node& node, std::string_view key) const {
        const auto* value = node.as_table();
        if (value == nullptr) {
            refuse(node.source(), key, fmt::format("{}, not a table", kind(node)));
        }
        return *value;
    }

    [[nodiscard]] std::uint16_t number(const toml::node& node, std::string_view key,
                                       std::int64_t least, std::int64_t most) const {
        const auto* value = node.as_integer();
        if (value == nullptr) {
            refuse(node.source(), key, fmt::format("{}, not an integer", kind(node)));
        }
        if (value->get() < least || value->get() > most) {
            refuse(node.source(), key,
                   fmt::format("{} is not from {} to {}", value->get(), least, most));
        }
        return static_cast<std::uint16_t>(value->get());
    }

    template <typename Value, std::size_t N>
    [[nodiscard]] Value
    choice(const toml::node& node, std::string_view key,
           const std::array<std::pair<std::string_view, Value>, N>& names) const {
        const std::string text = string(node, key);
        for (const auto& [name, value] : names) {
            if (name == text) {
                return value;
            }
        }
        std::vector<std::string_view> known;
        for (const auto& [name, value] : names) {
            known.push_back(name);
        }
        refuse(node.source(), key, fmt::format("\"{}\" is none of its values", text),
               fmt::format("the values are {}", fmt::join(known, ", ")));
    }

    [[nodiscard]] static std::string join(std::string_view table, std::string_view key) {
        return table.empty() ? std::string{key} : fmt::format("{}.{}", table, key);
    }

  private:
    static std::string_view kind(const toml::node& node) {
        switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "an array";
        case toml::node_type::string:
            return "a string";
        case toml::node_type::integer:
            return "an integer";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "a boolean";
        default:
            return "a date or time";
        }
    }

    std::string_view origin_;
};

/// A site with what is needed to compare it with the others.
struct Parsed {
    Site site;
    std::vector<judge::AddressRange> ranges;
    toml::source_region where;
};

Parsed read_site(const toml::table& table, const Reader& reader) {
    constexpr std::array<std::string_view, 5> kKeys{"name", "addresses", "cntlids", "portids",
                                                    "domainid"};
    Parsed out;
    out.where = table.source();
    reader.only_keys(table, "site", kKeys);
    const toml::node* name = table.get("name");
    if (name == nullptr) {
        reader.refuse(table.source(), "site.name", "missing");
    }
    out.site.name = reader.string(*name, "site.name");
    if (out.site.name.empty()) {
        reader.refuse(name->source(), "site.name", "empty");
    }
    if (const toml::node* node = table.get("addresses")) {
        for (const toml::node& element : reader.array(*node, "site.addresses")) {
            std::string text = reader.string(element, "site.addresses");
            std::string defect;
            auto range = judge::parse_address_range(text, defect);
            if (!range) {
                reader.refuse(element.source(), "site.addresses", defect,
                              "write ADDR, ADDR/PREFIX or ADDR:PORT");
            }
            out.ranges.push_back(std::move(*range));
            out.site.addresses.push_back(std::move(text));
        }
    }
    if (const toml::node* node = table.get("cntlids")) {
        constexpr std::int64_t kLast = 0xFFEF;
        const toml::array& pair = reader.array(*node, "site.cntlids");
        if (pair.size() != 2) {
            reader.refuse(node->source(), "site.cntlids",
                          fmt::format("{} elements, not the first and the last", pair.size()));
        }
        const std::uint16_t first = reader.number(pair[0], "site.cntlids", 0, kLast);
        const std::uint16_t last = reader.number(pair[1], "site.cntlids", 0, kLast);
        if (first > last) {
            reader.refuse(node->source(), "site.cntlids",
                          fmt::format("the first ({}) is greater than the last ({})", first, last));
        }
        out.site.cntlids = {first, last};
    }
    if (const toml::node* node = table.get("portids")) {
        for (const toml::node& element : reader.array(*node, "site.portids")) {
            out.site.portids.push_back(reader.number(element, "site.portids", 0, 0xFFFF));
        }
    }
    if (const toml::node* node = table.get("domainid")) {
        out.site.domainid = reader.number(*node, "site.domainid", 1, 0xFFFF);
    }
    if (out.site.addresses.empty() && !out.site.cntlids && out.site.portids.empty() &&
        !out.site.domainid) {
        reader.refuse(table.source(), "site", "nothing by which its controllers are recognised",
                      "give addresses, cntlids, portids or domainid");
    }
    return out;
}

/// Refuses a site that claims what an earlier one claims already: a controller would be on both.
void refuse_overlap(const Parsed& site, const Parsed& earlier, const Reader& reader) {
    const auto refuse = [&](std::string_view key, const std::string& what) {
        reader.refuse(site.where, key,
                      fmt::format("{} of site \"{}\" overlap those of site \"{}\"", what,
                                  site.site.name, earlier.site.name));
    };
    if (site.site.name == earlier.site.name) {
        reader.refuse(site.where, "site.name", fmt::format("a second site \"{}\"", site.site.name));
    }
    for (std::size_t i = 0; i < site.ranges.size(); ++i) {
        for (std::size_t k = 0; k < earlier.ranges.size(); ++k) {
            if (site.ranges[i].overlaps(earlier.ranges[k])) {
                refuse("site.addresses",
                       fmt::format("the addresses {} and {}", site.site.addresses[i],
                                   earlier.site.addresses[k]));
            }
        }
    }
    if (site.site.cntlids && earlier.site.cntlids &&
        site.site.cntlids->first <= earlier.site.cntlids->second &&
        earlier.site.cntlids->first <= site.site.cntlids->second) {
        refuse("site.cntlids", "the controller IDs");
    }
    for (const std::uint16_t id : site.site.portids) {
        if (std::find(earlier.site.portids.begin(), earlier.site.portids.end(), id) !=
            earlier.site.portids.end()) {
            refuse("site.portids", fmt::format("the port IDs (both have {})", id));
        }
    }
    if (site.site.domainid && site.site.domainid == earlier.site.domainid) {
        refuse("site.domainid", fmt::format("the domain IDs (both have {})", *site.site.domainid));
    }
}

std::vector<Site> read_sites(const toml::node& node, const Reader& reader) {
    std::vector<Parsed> sites;
    for (const toml::node& element : reader.array(node, "site")) {
        Parsed site = read_site(reader.table(element, "site"), reader);
        for (const Parsed& earlier : sites) {
            refuse_overlap(site, earlier, reader);
        }
        sites.push_back(std::move(site));
    }
    std::vector<Site> out;
    for (Parsed& site : sites) {
        out.push_back(std::move(site.site));
    }
    return out;
}

void read_check(const toml::table& table, const Reader& reader, Config& out) {
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
    reader.only_keys(table, "check", kKeys);
    if (const toml::node* node = table.get("profile")) {
        out.profile = reader.choice(*node, "check.profile", kProfiles);
    }
    if (const toml::node* node = table.get("window")) {
        out.window = reader.choice(*node, "check.window", kWindows);
    }
    if (const toml::node* node = table.get("fail_on")) {
        out.fail_on = reader.choice(*node, "check.fail_on", kFailOn);
    }
    if (const toml::node* node = table.get("policy")) {
        out.policy = reader.choice(*node, "check.policy", kPolicies);
    }
}

} // namespace

Config parse_config(std::string_view text, std::string_view origin) {
    constexpr std::array<std::string_view, 2> kKeys{"site", "check"};
    const Reader reader(origin);
    toml::table root;
    try {
        root = toml::parse(text, origin);
    } catch (const toml::parse_error& error) {
        throw Error(make_error_code(Errc::malformed), kOperation,
                    fmt::format("{}:{}", origin, error.source().begin.line), error.description());
    }
    reader.only_keys(root, "", kKeys);
    Config out;
    if (const toml::node* node = root.get("site")) {
        out.sites = read_sites(*node, reader);
    }
    if (const toml::node* node = root.get("check")) {
        read_check(reader.table(*node, "check"), reader, out);
    }
    return out;
}

} // namespace haoh
