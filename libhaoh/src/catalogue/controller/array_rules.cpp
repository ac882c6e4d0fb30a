// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether it is known which array each controller is on, and how to say it.
#include "base/address_text.hpp"
#include "catalogue/catalogue.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"
#include "model/controller_id.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace haoh::judge {

namespace {

// The row is below the functions.
extern const Row kModelArrays;

/// A controller whose array is not known well enough.
struct Unplaced {
    FindingValue value;
    std::string array;   ///< what it is taken for; empty: nothing
    std::string address; ///< as `[[site]]` has it; empty: none that it could have
    std::optional<std::uint16_t> cntlid;
};

/// "10.0.0.1:4420", "[fd00::1]:4420"; empty for what is no IP address.
std::string site_address(const std::string& traddr, const std::string& trsvcid) {
    const auto numeric = base::numeric_address(traddr);
    const bool port = !trsvcid.empty() && trsvcid.size() <= 5 &&
                      std::all_of(trsvcid.begin(), trsvcid.end(),
                                  [](char digit) { return digit >= '0' && digit <= '9'; });
    if (!numeric || !port) {
        return numeric.value_or(std::string());
    }
    return base::bracketed(*numeric) + ":" + trsvcid;
}

std::string array_evidence(const Attribution* array, const std::optional<std::uint16_t>& cntlid,
                           const std::string& address) {
    std::string text = address;
    if (cntlid) {
        text += fmt::format("{}controller ID {}", text.empty() ? "" : ", ", *cntlid);
    }
    if (array != nullptr && !array->evidence.empty()) {
        text += fmt::format("{}{} ({} % sure)", text.empty() ? "" : "; ", array->evidence,
                            array->confidence);
    }
    return text.empty() ? "nothing is known" : text;
}

Unplaced unplaced_controller(const Controller& controller, const Attribution& array) {
    Unplaced out{.value = {},
                 .array = controller.array,
                 .address = site_address(controller.observed->traddr, controller.observed->trsvcid),
                 .cntlid = controller.cntlid()};
    out.value = value_of(controller, array_evidence(&array, out.cntlid, out.address));
    return out;
}

Unplaced unplaced_controller(const HostController& controller, const Attribution* array) {
    Unplaced out{.value = {},
                 .array = controller.array,
                 .address = site_address(std::string(controller.kernel->address_part("traddr")),
                                         std::string(controller.kernel->address_part("trsvcid"))),
                 .cntlid = model::controller_id(*controller.kernel)};
    out.value = value_of(controller, array_evidence(array, out.cntlid, out.address));
    return out;
}

/// What separates them, as far as anything does: by what they are taken for, else each address.
std::vector<std::vector<const Unplaced*>> presumed_arrays(const std::vector<Unplaced>& all) {
    const bool nothing = std::all_of(all.begin(), all.end(), [&all](const Unplaced& one) {
        return one.array == all.front().array;
    });
    std::map<std::string, std::size_t> numbers;
    std::vector<std::vector<const Unplaced*>> out;
    for (const Unplaced& one : all) {
        const auto [at, fresh] = numbers.try_emplace(nothing ? one.address : one.array, out.size());
        if (fresh) {
            out.emplace_back();
        }
        out[at->second].push_back(&one);
    }
    return out;
}

/// By what a site can be told from the others.
std::string site_criterion(const std::vector<const Unplaced*>& array, bool by_address) {
    std::set<std::string> addresses;
    std::set<std::uint16_t> ids;
    for (const Unplaced* one : array) {
        addresses.insert('"' + one->address + '"');
        ids.insert(one->cntlid.value_or(0));
    }
    return by_address ? fmt::format("addresses = [{}]", fmt::join(addresses, ", "))
                      : fmt::format("cntlids = [{}, {}]", *ids.begin(), *ids.rbegin());
}

/// Lines for haoh.toml.
std::vector<std::string> paste_lines(const std::vector<Unplaced>& all) {
    constexpr std::size_t kMostArrays = 16;
    const auto arrays = presumed_arrays(all);
    std::map<std::string, std::set<std::size_t>> users;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        for (const Unplaced* one : arrays[i]) {
            users[one->address].insert(i);
        }
    }
    const bool by_address = std::all_of(users.begin(), users.end(), [](const auto& one) {
        return !one.first.empty() && one.second.size() == 1;
    });
    std::vector<std::string> out{
        "# Correct what is not so. Where all are on one array, write only:",
        "#   [check]",
        "#   profile = \"single\"",
    };
    for (std::size_t i = 0; i < std::min(arrays.size(), kMostArrays); ++i) {
        out.emplace_back("[[site]]");
        out.push_back(fmt::format("name = \"site-{}\"", i + 1));
        out.push_back(site_criterion(arrays[i], by_address));
    }
    return out;
}

/// What one host, or who asked the arrays, sees alike of one subsystem or several.
struct Alike {
    std::string host;
    bool by_target{};
    std::vector<std::string> subsystems;
    std::vector<Unplaced> controllers; ///< of the first
};

using AlikeKey = std::pair<std::string, std::vector<std::string>>; ///< host, addresses with arrays

AlikeKey alike_key(const std::string& host, const std::vector<Unplaced>& controllers) {
    AlikeKey key{host, {}};
    for (const Unplaced& one : controllers) {
        key.second.push_back(one.address + " " + one.array);
    }
    std::sort(key.second.begin(), key.second.end());
    return key;
}

void add_alike(std::map<AlikeKey, Alike>& all, const std::string& host, bool by_target,
               const std::string& nqn, std::vector<Unplaced> controllers) {
    Alike& alike = all[alike_key(host, controllers)];
    alike.host = host;
    alike.by_target = alike.by_target || by_target;
    alike.subsystems.push_back(nqn);
    if (alike.controllers.empty()) {
        alike.controllers = std::move(controllers);
    }
}

void find_direct(const Subject& subject, std::map<AlikeKey, Alike>& all, Findings& findings) {
    for (const Subsystem& subsystem : subject.subsystems) {
        std::vector<Unplaced> controllers;
        bool by_target = false;
        for (const Controller* controller : subsystem.controllers) {
            if (controller->asked_directly()) {
                by_target = by_target || !controller->observed->target.empty();
                controllers.push_back(
                    unplaced_controller(*controller, subject.attributions[controller->index]));
            }
        }
        if (controllers.size() < 2) {
            continue;
        }
        if (subsystem.arrays_known) {
            findings.judged(kModelArrays);
        } else {
            add_alike(all, {}, by_target, subsystem.nqn, std::move(controllers));
        }
    }
}

void find_connected(const Subject& subject, std::map<AlikeKey, Alike>& all, Findings& findings) {
    for (const Host& host : subject.hosts) {
        for (const HostSubsystem& subsystem : host.subsystems) {
            if (subsystem.controllers.size() < 2) {
                continue;
            }
            if (subsystem.arrays_known) {
                findings.judged(kModelArrays);
                continue;
            }
            std::vector<Unplaced> controllers;
            for (const HostController& controller : subsystem.controllers) {
                controllers.push_back(unplaced_controller(
                    controller,
                    subject.attributions.find(host.kernel->host, controller.kernel->name)));
            }
            add_alike(all, host.kernel->host, false, subsystem.nqn, std::move(controllers));
        }
    }
}

void judge_arrays_known(const Subject& subject, Findings& findings) {
    std::map<AlikeKey, Alike> all;
    find_direct(subject, all, findings);
    find_connected(subject, all, findings);
    for (const auto& [key, alike] : all) {
        const bool one = alike.subsystems.size() == 1;
        std::vector<FindingValue> values;
        for (const Unplaced& controller : alike.controllers) {
            values.push_back(controller.value);
        }
        findings.unknown(kModelArrays);
        findings.add({.row = kModelArrays,
                      .subsystem = one ? alike.subsystems.front() : std::string(),
                      .nsids = {},
                      .what = one ? "it is not known which array each controller is on"
                                  : fmt::format("of {} subsystems it is not known which array "
                                                "each controller is on",
                                                alike.subsystems.size()),
                      .values = std::move(values),
                      // Who only connected has said nothing of arrays; who named targets did.
                      .verdict = alike.by_target ? Verdict::unknown : Verdict::note,
                      .host = alike.host,
                      .config = paste_lines(alike.controllers)});
    }
}

constexpr Row kModelArrays{
    .rule = {.id = "model.arrays",
             .title = "It is known which array each controller is on",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::unknown,
             .basis = "practice: no field of NVMe names the array; domain IDs, controller IDs and "
                      "targets are evidence, and here it does not suffice",
             .why = "Rules that go by arrays are not judged: which array owns a namespace, whether "
                    "each has a usable path, whether their controller IDs overlap.",
             .fix = "Configuration: say it in haoh.toml, and name the file with --config."},
    .judge = JudgeSubject{judge_arrays_known}};

constexpr std::array kArrayRows{&kModelArrays};

} // namespace

std::span<const Row* const> array_rows() {
    return kArrayRows;
}

} // namespace haoh::judge
