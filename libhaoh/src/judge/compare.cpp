// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/compare.hpp"

#include "judge/page_compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace haoh::judge {

namespace {

/// "the serial number differs", "NOIOB and NPWG differ".
std::string differs(const std::vector<std::string>& labels) {
    return fmt::format("{} {}", join_words(labels), labels.size() == 1 ? "differs" : "differ");
}

/// One field of a controller row, compared.
struct FieldResult {
    const ControllerField* field{};
    std::vector<std::pair<const Controller*, std::string>> values;
    bool differs{};
    bool unread{}; ///< of a controller
};

/// Whether the page that would hold the value could not be read: not that the controller has none.
bool unread(const ControllerField& field, const Controller& controller) {
    if (field.page == nullptr) {
        return !controller.has_identify;
    }
    const Page* const page = field.page(controller);
    return page != nullptr && page->state == Page::State::failed;
}

FieldResult compare_field(const ControllerField& field,
                          const std::vector<const Controller*>& controllers) {
    FieldResult out{.field = &field, .values = {}, .differs = false, .unread = false};
    for (const Controller* controller : controllers) {
        if (auto value = field.value(*controller)) {
            out.differs =
                out.differs || (!out.values.empty() && out.values.front().second != *value);
            out.values.emplace_back(controller, std::move(*value));
        } else {
            out.unread = out.unread || unread(field, *controller);
        }
    }
    return out;
}

void report_controllers(const Row& row, const EqualControllers& kind,
                        const std::vector<FieldResult>& results, const Subsystem& subsystem,
                        Findings& findings) {
    const bool several =
        std::count_if(results.begin(), results.end(),
                      [](const FieldResult& result) { return result.differs; }) > 1;
    std::vector<std::string> labels;
    struct Said {
        std::string text;
        FoldKey values; ///< what is in the text, each by itself
    };
    std::map<const Controller*, Said> said;
    for (const FieldResult& result : results) {
        if (!result.differs) {
            continue;
        }
        labels.emplace_back(result.field->label);
        for (const auto& [controller, value] : result.values) {
            Said& one = said[controller];
            one.text += fmt::format("{}{}{}{}", one.text.empty() ? "" : ", ",
                                    several ? result.field->label : "", several ? " " : "", value);
            one.values.add(result.field->label).add(value);
        }
    }
    if (labels.empty()) {
        return;
    }
    Classes classes;
    std::map<FoldKey, std::size_t> numbers;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        const auto one = said.find(controller);
        if (one != said.end()) {
            const std::size_t number =
                numbers.try_emplace(one->second.values, numbers.size()).first->second;
            classes.emplace_back(controller, number);
            values.push_back(value_of(*controller, one->second.text));
        }
    }
    group_values(values);
    findings.add({.row = row,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("{} {}", differs(labels), between(classes)),
                  .values = std::move(values),
                  .verdict = kind.verdict != nullptr ? kind.verdict(subsystem) : std::nullopt});
}

std::size_t count_fields(const EqualControllers& row) {
    return static_cast<std::size_t>(
        std::count_if(row.fields.begin(), row.fields.end(),
                      [](const ControllerField& field) { return field.value != nullptr; }));
}

void compare_controllers(const Row& row, const EqualControllers& kind,
                         const std::vector<const Controller*>& controllers,
                         const Subsystem& subsystem, Findings& findings) {
    if (controllers.size() < 2) {
        return; // equal to whom
    }
    std::vector<FieldResult> results;
    const std::size_t count = count_fields(kind);
    for (std::size_t i = 0; i < count; ++i) {
        results.push_back(compare_field(kind.fields[i], controllers));
    }
    const bool compared = std::any_of(results.begin(), results.end(),
                                      [](const auto& result) { return result.values.size() > 1; });
    const bool incomplete = std::any_of(results.begin(), results.end(),
                                        [](const auto& result) { return result.unread; });
    if (incomplete) {
        findings.unknown(row);
    } else if (compared) {
        findings.judged(row);
    }
    report_controllers(row, kind, results, subsystem, findings);
}

/// A field of a namespace row, compared.
struct KeyResult {
    const NamespaceField* field{};
    std::vector<std::optional<FieldKey>> keys; ///< by path
};

struct ComparedField {
    std::vector<std::optional<FieldKey>> keys; ///< by path, when they differ; else empty
    bool compared{};                           ///< two paths at least have one
    bool unread{};                             ///< of a path
};

ComparedField compare_field(const NamespaceField& field, std::span<const Namespace* const> volume) {
    ComparedField out;
    std::optional<FieldKey> first;
    bool differs = false;
    for (const Namespace* path : volume) {
        if (!page_of(*path, field.page).ok()) {
            out.unread = out.unread || unread(*path, field.page);
            continue;
        }
        auto key = field.key(*path);
        differs = differs || (key && first && *key != *first);
        out.compared = out.compared || (key && first);
        if (!first) {
            first = std::move(key);
        }
    }
    if (differs) {
        for (const Namespace* path : volume) {
            out.keys.push_back(page_of(*path, field.page).ok() ? field.key(*path) : std::nullopt);
        }
    }
    return out;
}

std::string key_text(const std::vector<KeyResult>& results, std::size_t path_index,
                     const Namespace& path) {
    const bool several = results.size() > 1;
    std::string text;
    for (const KeyResult& result : results) {
        const auto& key = result.keys[path_index];
        if (key) {
            text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ",
                                several ? result.field->label : "", several ? " " : "",
                                result.field->text(path, *key));
        }
    }
    return text;
}

/// Which paths agree, as numbers by path; paths that say nothing get the highest.
std::vector<std::size_t> classify(const std::vector<KeyResult>& results, std::size_t paths) {
    std::vector<std::size_t> numbers;
    std::map<std::vector<std::optional<FieldKey>>, std::size_t> seen;
    for (std::size_t i = 0; i < paths; ++i) {
        std::vector<std::optional<FieldKey>> keys;
        for (const KeyResult& result : results) {
            keys.push_back(result.keys[i]);
        }
        numbers.push_back(seen.try_emplace(std::move(keys), seen.size()).first->second);
    }
    return numbers;
}

void report_volume(const Row& row, const std::vector<KeyResult>& results,
                   std::span<const Namespace* const> volume, std::uint32_t nsid,
                   const std::string& subsystem, Findings& findings) {
    const std::vector<std::size_t> numbers = classify(results, volume.size());
    FoldKey key;
    for (const KeyResult& result : results) {
        key.add(result.field->label);
    }
    for (std::size_t i = 0; i < volume.size(); ++i) {
        key.add(volume[i]->controller->index).add(numbers[i]);
    }
    findings.add_folded(row, subsystem, nsid, std::move(key), [&] {
        std::vector<std::string> labels;
        for (const KeyResult& result : results) {
            labels.emplace_back(result.field->label);
        }
        Classes classes;
        std::vector<FindingValue> values;
        for (std::size_t i = 0; i < volume.size(); ++i) {
            std::string text = key_text(results, i, *volume[i]);
            if (!text.empty()) {
                classes.emplace_back(volume[i]->controller, numbers[i]);
                values.push_back(value_of(*volume[i]->controller, std::move(text)));
            }
        }
        group_values(values);
        return Wording{.what = fmt::format("{} {}", differs(labels), between(classes)),
                       .values = std::move(values),
                       .verdict = {}};
    });
}

bool same_block_size(std::span<const Namespace* const> volume) {
    std::optional<unsigned> first;
    for (const Namespace* path : volume) {
        if (!path->has_identify) {
            continue;
        }
        const unsigned shift = path->idns.active_format().lbads;
        if (first && *first != shift) {
            return false;
        }
        first = shift;
    }
    return true;
}

} // namespace

const Page& page_of(const Namespace& path, NamespacePage page) {
    switch (page) {
    case NamespacePage::nvm:
        return path.observed->nvm;
    case NamespacePage::independent:
        return path.observed->independent;
    case NamespacePage::identify:
        break;
    }
    return path.observed->identify;
}

bool unread(const Namespace& path, NamespacePage page) {
    const Page& observed = page_of(path, page);
    return page == NamespacePage::identify ? !observed.ok() : observed.state == Page::State::failed;
}

std::string between(std::span<const std::pair<const Controller*, std::size_t>> classes) {
    struct Array {
        std::string name;
        std::size_t number{};
        bool uniform{true};
    };
    std::map<std::size_t, Array> arrays;
    for (const auto& [controller, number] : classes) {
        const auto [at, fresh] = arrays.try_emplace(
            controller->array_id, Array{.name = controller->array, .number = number});
        at->second.uniform = at->second.uniform && (fresh || at->second.number == number);
    }
    std::vector<std::string> all;
    std::vector<std::string> torn;
    for (const auto& [id, array] : arrays) {
        if (array.name.empty()) {
            return "between controllers";
        }
        all.push_back(array.name);
        if (!array.uniform) {
            torn.push_back(array.name);
        }
    }
    if (!torn.empty()) {
        return "between the controllers of " + join_words(torn);
    }
    return "between " + join_words(all);
}

void judge_row(const Row& row, const EqualControllers& kind, const Subsystem& subsystem,
               Findings& findings) {
    std::map<std::pair<std::size_t, std::string_view>, std::vector<const Controller*>> groups;
    for (const Controller* controller : subsystem.controllers) {
        groups[{kind.inside_array ? controller->array_id : 0,
                kind.inside_host ? std::string_view(controller->observed->host)
                                 : std::string_view()}]
            .push_back(controller);
    }
    for (const auto& [which, controllers] : groups) {
        compare_controllers(row, kind, controllers, subsystem, findings);
    }
}

void judge_row(const Row& row, const CheckController& kind, const Subsystem& subsystem,
               Findings& findings) {
    std::vector<const Controller*> offenders;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        const Answer answer =
            controller->has_identify ? kind.ask(*controller, subsystem) : Answer::unknown();
        findings.count(row, answer.kind());
        if (answer.kind() == Answer::Kind::broken) {
            offenders.push_back(controller);
            values.push_back(value_of(*controller, answer.value()));
        }
    }
    if (offenders.empty()) {
        return;
    }
    group_values(values);
    findings.add(
        {.row = row,
         .subsystem = subsystem.nqn,
         .nsids = {},
         .what = fmt::format("{} {}", kind.clause, place(offenders, subsystem.controllers)),
         .values = std::move(values),
         .verdict = {}});
}

void judge_row(const Row& row, const CheckNamespace& kind, const Subsystem& subsystem,
               Findings& findings) {
    for (const SharedNamespace& shared : subsystem.namespaces) {
        std::vector<std::pair<const Namespace*, std::string>> defects;
        for (const Namespace* path : shared.paths) {
            const Answer answer = kind.ask(*path, subsystem);
            findings.count(row, answer.kind());
            if (answer.kind() == Answer::Kind::broken) {
                defects.emplace_back(path, answer.value());
            }
        }
        if (defects.empty()) {
            continue;
        }
        FoldKey key;
        auto next = defects.begin();
        for (const Namespace* path : shared.paths) {
            const bool broken = next != defects.end() && next->first == path;
            key.add(path->controller->index).add(broken ? 1 : 0);
            next += broken ? 1 : 0;
        }
        findings.add_folded(row, subsystem.nqn, shared.nsid, std::move(key), [&] {
            std::vector<const Controller*> offenders;
            std::vector<const Controller*> all;
            std::vector<FindingValue> values;
            for (const auto& [path, text] : defects) {
                offenders.push_back(path->controller);
                values.push_back(value_of(*path->controller, text));
            }
            for (const Namespace* path : shared.paths) {
                all.push_back(path->controller);
            }
            group_values(values);
            return Wording{.what = fmt::format("{} {}", kind.clause, place(offenders, all)),
                           .values = std::move(values),
                           .verdict = {}};
        });
    }
}

namespace {

/// What a question to each path tells.
void name_bits(const CheckNamespace& asked, NamedFields& named) {
    for (const AskedBits& bits : asked.bits) {
        if (!bits.field.empty()) {
            named.add(bits);
        }
    }
}

/// What one EQN row found in one volume.
struct Judged {
    const Row* row{};
    const EqualNamespaces* kind{};
    std::vector<KeyResult> results;
};

Judged compare_namespaces(const Row& row, const EqualNamespaces& kind,
                          std::span<const Namespace* const> volume, bool comparable_blocks,
                          NamedFields& named, Findings& findings) {
    Judged out{.row = &row, .kind = &kind, .results = {}};
    bool compared = false;
    bool incomplete = false;
    for (const NamespaceField& field : kind.fields) {
        if (field.key == nullptr) {
            break;
        }
        if (!comparable_blocks && field.unit != Unit::none) {
            named.add(field.page, field.field); // other bytes, whether or not the same amount
        }
        ComparedField result = compare_field(field, volume);
        compared = compared || result.compared;
        const bool meaningless = !comparable_blocks && field.unit == Unit::blocks;
        incomplete = incomplete || result.unread || (meaningless && result.compared);
        if (result.keys.empty()) {
            continue;
        }
        named.add(field.page, field.field);
        const bool told = field.repeats && !out.results.empty();
        if (!told && !meaningless) {
            out.results.push_back({.field = &field, .keys = std::move(result.keys)});
        }
    }
    if (incomplete) {
        findings.unknown(row);
    } else if (compared) {
        findings.judged(row);
    }
    return out;
}

} // namespace

void judge_volume(std::span<const Row* const> rows, std::span<const Namespace* const> volume,
                  std::uint32_t nsid, const std::string& subsystem, Findings& findings,
                  Scope scope) {
    if (volume.size() < 2) {
        return;
    }
    const bool comparable_blocks = same_block_size(volume);
    std::vector<Judged> broken;
    NamedFields named;
    for (const Row* row : rows) {
        if (const auto* const asked = std::get_if<CheckNamespace>(&row->judge)) {
            name_bits(*asked, named);
        }
        const auto* const kind = std::get_if<EqualNamespaces>(&row->judge);
        if (kind == nullptr || (kind->own_of_subsystem && scope == Scope::across_subsystems)) {
            continue;
        }
        Judged one = compare_namespaces(*row, *kind, volume, comparable_blocks, named, findings);
        if (!one.results.empty()) {
            broken.push_back(std::move(one));
        }
    }
    const auto is_broken = [&](const Row* row) {
        return std::any_of(broken.begin(), broken.end(),
                           [row](const Judged& one) { return one.row == row; });
    };
    for (const Judged& one : broken) {
        // Also what is explained away explains what follows from it.
        if (std::any_of(one.kind->yields_to.begin(), one.kind->yields_to.end(), is_broken)) {
            findings.unknown(*one.row);
        } else {
            report_volume(*one.row, one.results, volume, nsid, subsystem, findings);
        }
    }
    for (const Row* row : rows) {
        const auto* const pages = std::get_if<ComparePages>(&row->judge);
        if (pages != nullptr && pages->of == ComparePages::Of::namespaces) {
            compare_pages(*row, volume, named, nsid, subsystem, scope, findings);
        }
    }
}

} // namespace haoh::judge
