// SPDX-License-Identifier: LGPL-2.1-or-later
// The namespace identification descriptor list.
#include "fuzz/property.hpp"

#include <haoh/nvme/namespace_id.hpp>

using namespace haoh;
using namespace haoh::nvme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    const ByteView page = slice(input, 0, 4096);
    const IdDescriptorList list = decode_id_descriptors(input);
    fuzz::require_sane(list.problems, page.size());

    std::size_t used = 0;
    for (const IdDescriptor& descriptor : list.descriptors) {
        fuzz::require(!descriptor.nid.empty() && descriptor.nid.size() <= 255, "NIDL is a byte");
        used += 4 + descriptor.nid.size();
    }
    fuzz::require(used <= page.size(), "descriptors come from the page");
    for (const IdType type : {IdType::eui64, IdType::nguid, IdType::uuid, IdType::csi}) {
        const IdDescriptor* found = list.find(type);
        fuzz::require(found == nullptr || found->nidt == static_cast<std::uint8_t>(type),
                      "what is found is of the type");
    }

    const Bytes again = encode(list.descriptors);
    fuzz::require(decode_id_descriptors(again).descriptors == list.descriptors,
                  "descriptors go round");
    if (list.problems.empty()) {
        Bytes padded(page.begin(), page.end());
        padded.resize(4096);
        fuzz::require(again == padded, "a page without a problem is what it decodes to");
    }
    return 0;
}
