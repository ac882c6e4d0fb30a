// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/markup.hpp"

#include <gtest/gtest.h>

#include <string>

namespace haoh::test {
namespace {

using report::Markup;
using report::markup_text;

TEST(MarkupText, keeps_what_is_no_markup) {
    EXPECT_EQ(markup_text("NSID 2: UUID differs, 31 32"), "NSID 2: UUID differs, 31 32");
    EXPECT_EQ(markup_text("na\u00efve \u4e2d"), "na\u00efve \u4e2d");
    EXPECT_EQ(markup_text(""), "");
}

TEST(MarkupText, escapes_what_ends_a_text_or_an_attribute) {
    EXPECT_EQ(markup_text("<b>&amp;\"'"), "&lt;b&gt;&amp;amp;&quot;&#39;");
    EXPECT_EQ(markup_text("]]>"), "]]&gt;");
}

TEST(MarkupText, has_no_character_that_xml_cannot_have) {
    EXPECT_EQ(markup_text(std::string("a\0b\x1b\n", 5)), "a\\x00b\\x1b\\x0a");
    EXPECT_EQ(markup_text("\xff\xe2\x80\xae\xef\xbf\xbf"), "\\xff\\xe2\\x80\\xae\\xef\\xbf\\xbf");
}

TEST(Markup, nests_elements) {
    Markup out;
    out.element("section", {{"id", "a<\"b"}, {"class", ""}}, [&] {
        out.leaf("code", {}, "x < y");
        out.text(" & ");
        out.empty("meta", {{"charset", "utf-8"}});
    });
    EXPECT_EQ(std::move(out).take(), "<section id=\"a&lt;&quot;b\"><code>x &lt; y</code> &amp; "
                                     "<meta charset=\"utf-8\"/>\n</section>\n");
}

TEST(Markup, keeps_the_space_between_words_of_a_line) {
    Markup out;
    out.element("p", {}, [&] {
        out.leaf("strong", {}, "a");
        out.leaf("code", {}, "b");
    });
    EXPECT_EQ(std::move(out).take(), "<p><strong>a</strong><code>b</code></p>\n");
}

TEST(Markup, counts_what_was_written) {
    Markup out;
    EXPECT_EQ(out.size(), 0U);
    out.text("<");
    EXPECT_EQ(out.size(), 4U);
}

} // namespace
} // namespace haoh::test
