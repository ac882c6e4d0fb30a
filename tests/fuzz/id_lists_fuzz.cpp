// SPDX-License-Identifier: LGPL-2.1-or-later
// Namespace lists and controller lists.
#include "fuzz/property.hpp"

#include <haoh/nvme/id_list.hpp>

using namespace haoh;
using namespace haoh::nvme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    Bytes padded(input.begin(),
                 input.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(size, 4096)));
    padded.resize(4096);

    const NamespaceList namespaces = decode_namespace_list(input);
    fuzz::require_sane(namespaces.problems, size);
    fuzz::require(namespaces.nsids.size() <= kMaxNamespaceListEntries, "NSIDs come from one page");
    fuzz::require(std::find(namespaces.nsids.begin(), namespaces.nsids.end(), 0U) ==
                      namespaces.nsids.end(),
                  "no NSID is zero");
    const Bytes namespace_page = encode_namespace_list(namespaces.nsids);
    fuzz::require(decode_namespace_list(namespace_page).nsids == namespaces.nsids,
                  "NSIDs go round");
    if (namespaces.problems.empty()) {
        fuzz::require(fuzz::strictly_ascending<std::uint32_t>(namespaces.nsids),
                      "NSIDs without a problem ascend");
        fuzz::require(namespace_page == padded, "a list without a problem is what it decodes to");
    }

    const ControllerList controllers = decode_controller_list(input);
    fuzz::require_sane(controllers.problems, size);
    fuzz::require(controllers.cntlids.size() <= kMaxControllerListEntries,
                  "controller IDs come from one page");
    const Bytes controller_page = encode_controller_list(controllers.cntlids);
    fuzz::require(decode_controller_list(controller_page).cntlids == controllers.cntlids,
                  "controller IDs go round");
    if (controllers.problems.empty()) {
        fuzz::require(fuzz::strictly_ascending<std::uint16_t>(controllers.cntlids),
                      "controller IDs without a problem ascend");
        fuzz::require(controller_page == padded, "a list without a problem is what it decodes to");
    }
    return 0;
}
