// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/observation.hpp>

#include "base/json_text.hpp"
#include "base/located_reader.hpp"
#include "model/field_text.hpp"
#include "model/observed_pages.hpp"
#include "model/short_answer.hpp"
#include "snapshot/kernel_json.hpp"
#include "snapshot/observation_schema.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh {

namespace {

using namespace snapshot;

/// 16 controllers with 1,024 namespaces each are about 20 MiB and 700,000 values.
constexpr base::JsonLimits kLimits{
    .bytes = std::size_t{512} << 20U, .depth = 12, .values = 16'000'000, .members = 512};
constexpr std::size_t kMaxPageLength = std::size_t{16} << 20U;

/// The zeros at the end of a log are not in the text, and so cost its writer nothing: what all logs
/// say of their lengths is bounded in sum, as for an array that is asked.
class LogLengths {
  public:
    /// \throws Error (too_large)
    void add(const base::Node& node, std::uint64_t length) {
        sum_ += length;
        if (sum_ > kMost) {
            node.fail(fmt::format("logs of more than {} MiB in all", kMost >> 20U), {},
                      Errc::too_large);
        }
    }

  private:
    static constexpr std::uint64_t kMost = Budget{}.bytes;
    std::uint64_t sum_{};
};

template <typename T>
std::vector<T> numbers(const base::Node& node) {
    std::vector<T> out;
    out.reserve(node.list().size());
    node.for_each_item([&out](const base::Node& item) { out.push_back(item.number<T>()); });
    return out;
}

/// "2026-01-31T12:00:00Z", or nothing.
void check_time(const base::Node& node, std::string_view time) {
    constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:ddZ";
    const bool fits = time.size() == kPattern.size() &&
                      std::equal(time.begin(), time.end(), kPattern.begin(), [](char c, char p) {
                          return p == 'd' ? c >= '0' && c <= '9' : c == p;
                      });
    if (!time.empty() && !fits) {
        node.fail(fmt::format("{} is no time of the form 2026-01-31T12:00:00Z", base::quote(time)));
    }
}

/// Raw bytes as `Page::of` keeps them.
Page read_bytes(const base::Node& node, std::size_t length) {
    const std::string& hex = node.string();
    Page page;
    page.state = Page::State::ok;
    page.length = static_cast<std::uint32_t>(length);
    if (!nvme::from_hex(hex, page.bytes)) {
        node.fail(hex.size() % 2 != 0 ? "an odd number of hexadecimal digits"
                                      : fmt::format("{} is not hexadecimal", base::quote(hex)));
    }
    if (page.bytes.size() > length) {
        node.fail(fmt::format("{} bytes in a page of {}", page.bytes.size(), length));
    }
    while (!page.bytes.empty() && page.bytes.back() == 0) {
        page.bytes.pop_back();
    }
    page.bytes.shrink_to_fit();
    return page;
}

Page read_page(const base::Node& node, std::size_t length) {
    if (node.is_null()) {
        return {};
    }
    if (node.is_string()) {
        if (length == kAnyLength) {
            node.fail("a log without its length",
                      R"(write {"length": BYTES, "bytes": "HEX"} instead)");
        }
        return read_bytes(node, length);
    }
    base::ObjectReader reader(node);
    Page page;
    if (reader.has("status")) {
        const base::Node status = reader.required("status");
        const auto value = model::parse_hex_number(status.string());
        if (!value || *value > 0x7FFF) {
            status.fail(
                fmt::format("{} is no status of the form 0x4002", base::quote(status.string())));
        }
        page = Page::of_status({.value = static_cast<std::uint16_t>(*value)});
        reader.ignore({"text"});
    } else if (reader.has("error")) {
        page = Page::of_failure(text(reader.required("error")));
        if (reader.has("over_budget")) {
            const base::Node part = reader.required("over_budget");
            page.over_budget = parse_budget_part(part.string());
            if (!page.over_budget) {
                part.fail(fmt::format("{} is no part of a budget", base::quote(part.string())),
                          "it is time, bytes or objects");
            }
        }
    } else {
        const std::uint64_t bytes = reader.required("length").number(kMaxPageLength);
        page = read_bytes(reader.required("bytes"), static_cast<std::size_t>(bytes));
        if (length != kAnyLength &&
            bytes < length) { // the first haohs took what was missing for zeros
            page = Page::of_failure(model::short_answer(bytes, length));
        }
    }
    reader.finish();
    return page;
}

/// A page that may be missing: it was not read then.
Page read_page(base::ObjectReader& pages, const char* key, std::size_t length) {
    return pages.has(key) ? read_page(pages.required(key), length) : Page{};
}

/// The raw pages of an object.
base::Node required_pages(base::ObjectReader& reader) {
    if (!reader.has("pages")) {
        reader.node().fail("no raw pages (key \"pages\"): this is a listing, not a snapshot",
                           "record one with haoh snapshot");
    }
    return reader.required("pages");
}

NamespaceObservation read_namespace(const base::Node& node) {
    NamespaceObservation path;
    base::ObjectReader reader(node);
    path.nsid = reader.required("nsid").number<std::uint32_t>();
    const base::Node pages_node = required_pages(reader);
    base::ObjectReader pages(pages_node);
    for (const model::PathPage& row : model::kPathPages) {
        path.*row.page = read_page(pages, row.key, nvme::kIdentifySize);
    }
    pages.finish();
    return path; // all other keys are decoded fields
}

std::vector<NamespaceObservation> read_namespaces(const base::Node& node) {
    std::vector<NamespaceObservation> namespaces;
    namespaces.reserve(node.list().size());
    node.for_each_item([&namespaces](const base::Node& item) {
        NamespaceObservation path = read_namespace(item);
        if (!namespaces.empty() && namespaces.back().nsid >= path.nsid) {
            item.fail(fmt::format("NSID {} comes after {}: they must ascend", path.nsid,
                                  namespaces.back().nsid));
        }
        namespaces.push_back(std::move(path));
    });
    return namespaces;
}

Connection read_connection(const base::Node& node) {
    base::ObjectReader reader(node);
    Connection connection;
    connection.hostnqn = text(reader.required("hostnqn"));
    const base::Node hostid = reader.required("hostid");
    const auto uuid = nvme::parse_uuid(hostid.string());
    if (!uuid) {
        hostid.fail(fmt::format("{} is no UUID", base::quote(hostid.string())));
    }
    connection.hostid = *uuid;
    connection.cntlid = reader.required("cntlid").number<std::uint16_t>();
    connection.requested_cntlid = reader.required("requested_cntlid").number<std::uint16_t>();
    connection.header_digest = reader.required("header_digest").boolean();
    connection.data_digest = reader.required("data_digest").boolean();
    connection.sq_flow_control_disabled = reader.required("sq_flow_control_disabled").boolean();
    connection.maxh2cdata = reader.required("maxh2cdata").number<std::uint32_t>();
    if (reader.has("cpda")) {
        connection.cpda = reader.required("cpda").number<std::uint8_t>();
    }
    reader.finish();
    return connection;
}

std::map<std::uint32_t, std::uint64_t> read_properties(const base::Node& node) {
    std::map<std::uint32_t, std::uint64_t> properties;
    node.for_each_member([&properties](std::string_view key, const base::Node& member) {
        const auto offset = model::property_offset(key);
        if (!offset) {
            member.fail(fmt::format("unknown property {}", base::quote(key)));
        }
        const auto value = model::parse_hex_number(member.string());
        if (!value) {
            member.fail(fmt::format("{} is no number of the form 0x00020100",
                                    base::quote(member.string())));
        }
        properties[*offset] = *value;
    });
    return properties;
}

std::map<std::uint8_t, Page> read_features(const base::Node& node) {
    std::map<std::uint8_t, Page> features;
    node.for_each_member([&features](std::string_view key, const base::Node& member) {
        const auto fid = model::parse_hex_number(key);
        if (!fid || *fid > 0xFF) {
            member.fail(
                fmt::format("{} is no feature identifier of the form 0x0b", base::quote(key)));
        }
        const auto feature = static_cast<std::uint8_t>(*fid);
        const auto [place, inserted] =
            features.try_emplace(feature, read_page(member, feature_size(feature)));
        if (!inserted) {
            member.fail(fmt::format("feature {} is there twice", base::quote(key)));
        }
    });
    return features;
}

void read_ana(const base::Node& node, AnaObservation& ana) {
    base::ObjectReader reader(node);
    ana.stable = reader.required("stable").boolean();
    ana.attempts = reader.required("attempts").number<unsigned>();
    reader.ignore({"chgc", "groups"});
    reader.finish();
}

/// A log that may be missing.
Page read_log(base::ObjectReader& pages, const char* key, LogLengths& lengths) {
    Page page = read_page(pages, key, kAnyLength);
    lengths.add(pages.node(), page.length);
    return page;
}

void read_controller_pages(const base::Node& node, ControllerObservation& controller,
                           LogLengths& lengths) {
    base::ObjectReader pages(node);
    for (const model::ControllerPage& row : model::kControllerPages) {
        controller.*row.page = read_page(pages, row.key, row.length);
    }
    controller.ana.log = read_log(pages, kAnaLogPage, lengths);
    if (pages.has(kFeaturePages)) {
        controller.features = read_features(pages.required(kFeaturePages));
    }
    pages.finish();
}

ControllerObservation read_controller(const base::Node& node, LogLengths& lengths) {
    base::ObjectReader reader(node);
    ControllerObservation out;
    out.name = text(reader.required("name"));
    if (reader.has("host")) {
        out.host = text(reader.required("host"));
    }
    out.transport = text(reader.required("transport"));
    out.traddr = text(reader.required("traddr"));
    out.trsvcid = text(reader.required("trsvcid"));
    out.target = text(reader.required("target"));
    out.subsysnqn = text(reader.required("subsysnqn"));
    out.connection = read_connection(reader.required("connection"));
    out.properties = read_properties(reader.required("properties"));
    read_ana(reader.required("ana"), out.ana);
    const base::Node active = reader.required("active_nsids");
    if (!active.is_null()) {
        out.active_nsids = numbers<std::uint32_t>(active);
    }
    out.active_problems = messages(reader.required("active_problems"));
    out.probed_cntlids = numbers<std::uint16_t>(reader.required("probed_cntlids"));
    out.unread = messages(reader.required("unread"));
    if (reader.has("active_error")) {
        out.active_error = message(reader.required("active_error"));
    }
    read_controller_pages(required_pages(reader), out, lengths);
    out.namespaces = read_namespaces(reader.required("namespaces"));
    reader.ignore({"cntlid", "serial", "model", "firmware_rev", "identify", "controller_list",
                   "supported_logs", "nvm_controller", "commands_log", "firmware_log", "features",
                   "allocated_nsids", "domain_list"});
    reader.finish();
    return out;
}

DiscoveryObservation read_discovery(const base::Node& node, LogLengths& lengths) {
    base::ObjectReader reader(node);
    DiscoveryObservation out;
    out.target = text(reader.required("target"));
    out.address = text(reader.required("address"));
    out.stable = reader.required("stable").boolean();
    const base::Node pages_node = required_pages(reader);
    base::ObjectReader pages(pages_node);
    out.log = read_log(pages, kDiscoveryLogPage, lengths);
    pages.finish();
    reader.ignore({"genctr", "entries"});
    reader.finish();
    return out;
}

Unobserved read_unobserved(const base::Node& node) {
    base::ObjectReader reader(node);
    Unobserved out;
    out.object = text(reader.required("object"));
    out.target = text(reader.required("target"));
    out.subsysnqn = text(reader.required("subsysnqn"));
    out.error = message(reader.required("error"));
    if (reader.has("host")) {
        out.host = text(reader.required("host"));
    }
    if (reader.has("reason")) { // a newer haoh may know more of them
        out.reason = parse_unobserved_reason(reader.required("reason").string())
                         .value_or(UnobservedReason::other);
    }
    reader.finish();
    return out;
}

void check_schema(base::ObjectReader& reader) {
    if (!reader.has("schema")) {
        reader.node().fail("no key \"schema\": this is not an observation of haoh",
                           "record one with haoh snapshot");
    }
    const base::Node node = reader.required("schema");
    const std::string& schema = node.string();
    if (schema == kObservationSchema) {
        return;
    }
    constexpr std::string_view kFamily = "haoh.observation/";
    if (schema.substr(0, kFamily.size()) == kFamily) {
        node.fail(fmt::format("the schema is {}, this haoh reads {}", base::quote(schema),
                              kObservationSchema),
                  "use a newer haoh", Errc::unsupported);
    }
    node.fail(fmt::format("the schema is {}, not {}", base::quote(schema), kObservationSchema));
}

} // namespace

Observation observation_from_json(std::string_view text_, std::string_view origin) {
    const base::ReadContext context{.operation = "read snapshot", .origin = std::string(origin)};
    const base::LocatedValue document =
        base::parse_located(text_, context.operation, origin, kLimits);
    const base::Node root(context, document);
    base::ObjectReader reader(root);
    check_schema(reader);
    Observation out;
    const base::Node time = reader.required("observed_at");
    out.observed_at = text(time);
    check_time(time, out.observed_at);
    out.hostnqn = text(reader.required("hostnqn"));
    out.hostid = text(reader.required("hostid"));
    LogLengths lengths;
    reader.required("controllers").for_each_item([&](const base::Node& item) {
        out.controllers.push_back(read_controller(item, lengths));
    });
    reader.required("discovery").for_each_item([&](const base::Node& item) {
        out.discovery.push_back(read_discovery(item, lengths));
    });
    reader.required("unobserved").for_each_item([&out](const base::Node& item) {
        out.unobserved.push_back(read_unobserved(item));
    });
    if (reader.has("kernels")) {
        reader.required("kernels").for_each_item(
            [&out](const base::Node& item) { out.kernels.push_back(read_kernel_json(item)); });
    }
    reader.ignore({"subsystems"});
    reader.finish();
    return out;
}

} // namespace haoh
