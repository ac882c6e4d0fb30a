// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Holding JSON against the schemas that docs/schema publishes.
#pragma once

#include <string>

namespace haoh::test {

/// What tests/schema/validate.py (a validator that others wrote) says against the text; empty when
/// it is valid. \param schema  "report-1"
[[nodiscard]] std::string schema_violations(const std::string& schema, const std::string& json);
/// The same for text of which each line is a document; a complaint names its line as ":1: ".
[[nodiscard]] std::string line_violations(const std::string& schema, const std::string& lines);

/// The keys of the text that the schema does not describe, as JSON pointers, one a line. Schemas
/// allow keys that they do not know, so that the format may grow; what we write must be in them.
[[nodiscard]] std::string undocumented_keys(const std::string& schema, const std::string& json);

/// A file of this source tree.
[[nodiscard]] std::string read_source_file(const std::string& path);

} // namespace haoh::test
