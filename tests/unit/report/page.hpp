// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A page of HTML as an XML parser that nobody here wrote sees it.
#pragma once

#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace haoh::test {

class ParsedPage {
  public:
    explicit ParsedPage(const std::string& html) {
        const pugi::xml_parse_result result = document_.load_string(
            html.c_str(), pugi::parse_default | pugi::parse_ws_pcdata | pugi::parse_doctype);
        EXPECT_TRUE(result) << result.description() << " at "
                            << html.substr(static_cast<std::size_t>(result.offset), 200);
    }

    [[nodiscard]] pugi::xml_node root() const { return document_.child("html"); }

    /// What an XPath chooses.
    [[nodiscard]] pugi::xpath_node_set all(const std::string& path) const {
        return document_.select_nodes(path.c_str());
    }
    [[nodiscard]] std::size_t count(const std::string& path) const { return all(path).size(); }
    [[nodiscard]] pugi::xml_node first(const std::string& path) const {
        return document_.select_node(path.c_str()).node();
    }
    /// The text of the first that an XPath chooses.
    [[nodiscard]] std::string text(const std::string& path) const { return text_of(first(path)); }
    [[nodiscard]] std::vector<std::string> texts(const std::string& path) const {
        std::vector<std::string> out;
        for (const pugi::xpath_node& one : all(path)) {
            out.push_back(one.attribute() ? std::string(one.attribute().value())
                                          : text_of(one.node()));
        }
        return out;
    }

    [[nodiscard]] static std::string text_of(pugi::xml_node node) {
        if (node.type() == pugi::node_pcdata) {
            return node.value();
        }
        std::string out;
        for (const pugi::xml_node child : node.children()) {
            out += text_of(child);
        }
        return out;
    }

    /// Elements whose class has that word.
    [[nodiscard]] static std::string of_class(const std::string& element, const std::string& word) {
        return "//" + element + "[contains(concat(' ', @class, ' '), ' " + word + " ')]";
    }

  private:
    pugi::xml_document document_;
};

} // namespace haoh::test
