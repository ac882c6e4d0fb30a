// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/command.hpp>

namespace haoh::arraysim {

namespace {

bool concerns(const OverrideSpec& spec, const Answer& answer, std::size_t port) {
    return spec.answer == answer.kind && spec.nsid.value_or(answer.nsid) == answer.nsid &&
           spec.id.value_or(answer.id) == answer.id && spec.port.value_or(port) == port;
}

void patch(const OverrideSpec& spec, Answer& answer) {
    if (spec.replace) {
        answer.data = *spec.replace;
    }
    if (!spec.field.empty()) {
        const auto place = find_in_answer(spec.answer, spec.field, answer.data);
        if (place) {
            std::copy_n(spec.value.begin(), std::min(spec.value.size(), place->length),
                        answer.data.begin() + static_cast<std::ptrdiff_t>(place->offset));
        }
    } else if (spec.offset) {
        if (*spec.offset + spec.value.size() > answer.data.size()) {
            answer.data.resize(*spec.offset + spec.value.size());
        }
        std::copy(spec.value.begin(), spec.value.end(),
                  answer.data.begin() + static_cast<std::ptrdiff_t>(*spec.offset));
    }
    if (spec.length) {
        answer.data.resize(*spec.length);
    }
    if (spec.result) {
        answer.dword01 = *spec.result;
    }
    if (spec.status) {
        answer.status = *spec.status;
        answer.data.clear();
    }
}

} // namespace

void apply_overrides(CommandContext& context, Answer& answer) {
    for (ActiveOverride& lie : context.array.overrides) {
        if (concerns(lie.spec, answer, context.port) && lie.spec.when.contains(++lie.matches)) {
            patch(lie.spec, answer);
        }
    }
}

} // namespace haoh::arraysim
