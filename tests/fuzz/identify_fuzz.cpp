// SPDX-License-Identifier: LGPL-2.1-or-later
// Identify Controller and the three namespace pages: each reads any bytes, and keeps each byte that
// belongs to a field that it decodes.
#include "fuzz/property.hpp"

#include <haoh/nvme/identify_controller.hpp>
#include <haoh/nvme/identify_namespace.hpp>

using namespace haoh;
using namespace haoh::nvme;

namespace {

/// A field is kept whole or not at all, and nothing else is written.
void require_fields_kept(ByteView input, const Bytes& again, std::span<const FieldRange> fields) {
    fuzz::require(again.size() == kIdentifySize, "a page has 4,096 bytes");
    Bytes padded(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(
                                                    std::min(input.size(), kIdentifySize)));
    padded.resize(kIdentifySize);
    std::size_t end = 0;
    for (const FieldRange& field : fields) {
        fuzz::require(all_zero(slice(again, end, field.offset - end)), "gaps are zero");
        end = std::size_t{field.offset} + field.length;
        const ByteView kept = slice(again, field.offset, field.length);
        Bytes wanted(padded.begin() + field.offset,
                     padded.begin() + static_cast<std::ptrdiff_t>(end));
        if (field.name.starts_with("lbaf")) {
            wanted[3] &= 0x03; // the rest of the byte is reserved
        }
        fuzz::require(fuzz::same_bytes(kept, wanted) || all_zero(kept), "a field is kept whole");
        for (const std::size_t offset : {std::size_t{field.offset}, end - 1}) {
            fuzz::require(field_at(fields, offset)->name == field.name, "a byte has its field");
        }
    }
    fuzz::require(all_zero(slice(again, end, kIdentifySize)), "what is behind the fields is zero");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);

    const IdentifyController controller = decode_identify_controller(input);
    const Bytes controller_page = encode(controller);
    require_fields_kept(input, controller_page, identify_controller_fields());
    fuzz::require(encode(decode_identify_controller(controller_page)) == controller_page,
                  "Identify Controller goes round");
    const std::string nqn = controller.subsystem_nqn();
    fuzz::require(nqn.size() <= 256 && nqn.find('\0') == std::string::npos, "SUBNQN ends at NUL");

    const IdentifyNamespace ns = decode_identify_namespace(input);
    const Bytes ns_page = encode(ns);
    require_fields_kept(input, ns_page, identify_namespace_fields());
    fuzz::require(encode(decode_identify_namespace(ns_page)) == ns_page,
                  "Identify Namespace goes round");
    fuzz::require(ns.format_index() < 64, "the format is in the table");
    if (const auto bytes = ns.size_bytes()) {
        const unsigned shift = ns.active_format().lbads;
        fuzz::require(shift >= 9 && *bytes >> shift == ns.nsze, "the size did not overflow");
    }

    const IdentifyNamespaceNvm nvm = decode_identify_namespace_nvm(input);
    const Bytes nvm_page = encode(nvm);
    require_fields_kept(input, nvm_page, identify_namespace_nvm_fields());
    fuzz::require(nvm.pif(ns.format_index()) < 4 && nvm.sts(ns.format_index()) < 128,
                  "PIF and STS are in range");

    const IdentifyNamespaceIndependent independent = decode_identify_namespace_independent(input);
    require_fields_kept(input, encode(independent), identify_namespace_independent_fields());
    return 0;
}
