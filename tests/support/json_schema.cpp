// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/json_schema.hpp"

#include "support/process.hpp"
#include "support/scratch_directory.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace haoh::test {
namespace {

using nlohmann::json;

std::string schema_path(const std::string& schema) {
    return "docs/schema/" + schema + ".schema.json";
}

void compare(const json& value, const json& schema, const json& root, const std::string& where,
             std::string& out) {
    const json* rules = &schema;
    if (schema.contains("$ref")) {
        const auto pointer = schema.at("$ref").get<std::string>().substr(1);
        rules = &root.at(json::json_pointer{pointer});
    }
    if (value.is_object()) {
        const json none = json::object();
        const json& known = rules->contains("properties") ? rules->at("properties") : none;
        for (const auto& [key, child] : value.items()) {
            const std::string place = where + "/" + key;
            if (known.contains(key)) {
                compare(child, known.at(key), root, place, out);
            } else {
                out += place + "\n";
            }
        }
    } else if (value.is_array() && rules->contains("items")) {
        for (std::size_t index = 0; index < value.size(); ++index) {
            compare(value[index], rules->at("items"), root, where + "/" + std::to_string(index),
                    out);
        }
    }
}

} // namespace

std::string read_source_file(const std::string& path) {
    std::ifstream file{std::string{HAOH_SOURCE_DIR "/"} + path, std::ios::binary};
    if (!file) {
        throw std::runtime_error{"cannot read " + path};
    }
    return {std::istreambuf_iterator<char>{file}, {}};
}

namespace {

constexpr std::chrono::minutes kPatience{2};

std::string validate(const std::vector<std::string>& options, const std::string& schema,
                     const std::string& text) {
    const ScratchDirectory directory;
    std::vector<std::string> command{"python3", HAOH_SOURCE_DIR "/tests/schema/validate.py"};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back(HAOH_SOURCE_DIR "/" + schema_path(schema));
    command.push_back(directory.file("text.json", text));
    const ProgramResult result = run_program(command, kPatience);
    const std::string said = result.standard_output + result.standard_error;
    if (result.status == 0) {
        return {};
    }
    return said.empty() ? "exit status " + std::to_string(result.status) : said;
}

} // namespace

std::string schema_violations(const std::string& schema, const std::string& json) {
    return validate({}, schema, json);
}

std::string line_violations(const std::string& schema, const std::string& lines) {
    return validate({"--lines"}, schema, lines);
}

std::string undocumented_keys(const std::string& schema, const std::string& json) {
    const auto root = nlohmann::json::parse(read_source_file(schema_path(schema)));
    std::string out;
    compare(nlohmann::json::parse(json), root, root, "", out);
    return out;
}

} // namespace haoh::test
