// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/identify_controller_nvm.hpp>

#include "nvme/field_layout.hpp"

namespace haoh::nvme {

namespace {

template <typename Visitor, typename Page>
requires std::same_as<std::remove_const_t<Page>, IdentifyControllerNvm>
constexpr void visit(Visitor& v, Page& page) {
    v.field("vsl", 0, page.vsl);
    v.field("wzsl", 1, page.wzsl);
    v.field("wusl", 2, page.wusl);
    v.field("dmrl", 3, page.dmrl);
    v.field("dmrsl", 4, page.dmrsl);
    v.field("dmsl", 8, page.dmsl);
    v.field("kpiocap", 16, page.kpiocap);
    v.field("wzdsl", 17, page.wzdsl);
    v.field("aocs", 18, page.aocs);
    v.field("ver", 20, page.ver);
}

constexpr std::size_t kNvmControllerFieldCount = 10;
constexpr auto kNvmControllerFields = [] {
    IdentifyControllerNvm page;
    detail::FieldLister<kNvmControllerFieldCount> lister;
    visit(lister, page);
    return lister.table();
}();
static_assert(detail::well_laid_out(kNvmControllerFields));

} // namespace

IdentifyControllerNvm decode_identify_controller_nvm(ByteView page) {
    IdentifyControllerNvm value;
    detail::FieldDecoder decoder(page);
    visit(decoder, value);
    return value;
}

Bytes encode(const IdentifyControllerNvm& value) {
    Bytes page(kIdentifySize);
    detail::FieldEncoder encoder(page);
    visit(encoder, value);
    return page;
}

std::span<const FieldRange> identify_controller_nvm_fields() {
    return kNvmControllerFields;
}

} // namespace haoh::nvme
