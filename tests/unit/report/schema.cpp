// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <unistd.h>

namespace haoh::test {
namespace {

using nlohmann::json;

std::string schema_path(const std::string& schema) {
    return "docs/schema/" + schema + ".schema.json";
}

/// A file with a name of its own that goes away with the object.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& text)
        : path_{testing::TempDir() + "haoh-report-" + std::to_string(::getpid()) + ".json"} {
        std::ofstream{path_} << text;
    }
    ~TemporaryFile() { static_cast<void>(std::remove(path_.c_str())); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

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

std::string validate(const std::string& options, const std::string& schema,
                     const std::string& text) {
    const TemporaryFile file{text};
    const std::string command = "python3 '" HAOH_SOURCE_DIR "/tests/schema/validate.py' " +
                                options + " '" HAOH_SOURCE_DIR "/" + schema_path(schema) + "' '" +
                                file.path() + "' 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) {
        return "cannot run " + command;
    }
    std::string out;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        out.append(buffer.data(), size);
    }
    const int status = ::pclose(pipe);
    if (status == 0) {
        return {};
    }
    return out.empty() ? "exit status " + std::to_string(status) : out;
}

} // namespace

std::string schema_violations(const std::string& schema, const std::string& json) {
    return validate("", schema, json);
}

std::string line_violations(const std::string& schema, const std::string& lines) {
    return validate("--lines", schema, lines);
}

std::string undocumented_keys(const std::string& schema, const std::string& json) {
    const auto root = nlohmann::json::parse(read_source_file(schema_path(schema)));
    std::string out;
    compare(nlohmann::json::parse(json), root, root, "", out);
    return out;
}

} // namespace haoh::test
