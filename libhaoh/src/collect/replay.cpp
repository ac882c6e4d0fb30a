// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/replay.hpp>

#include <haoh/nvme/id_list.hpp>

#include "model/observed_pages.hpp"

#include <algorithm>

namespace haoh {
namespace {

using boost::asio::awaitable;

nvme::AdminResult refusal(std::uint16_t code) {
    nvme::AdminResult result;
    result.status.value = static_cast<std::uint16_t>(code | nvme::status::dnr);
    return result;
}

/// `length` bytes from `offset` of what a page holds; pages have their trailing zeros cut.
nvme::AdminResult answer(const Page& page, std::uint64_t offset, std::uint32_t length) {
    nvme::AdminResult result;
    if (page.ok()) {
        result.data.assign(length, 0);
        const nvme::ByteView found =
            nvme::slice(page.bytes, static_cast<std::size_t>(offset), length);
        std::copy(found.begin(), found.end(), result.data.begin());
        return result;
    }
    if (page.state == Page::State::status) {
        result.status = page.status;
        return result;
    }
    return refusal(page.state == Page::State::not_read ? nvme::status::invalid_field
                                                       : nvme::status::internal_error);
}

class ReplayChannel : public AdminChannel {
  public:
    ReplayChannel(ControllerObservation controller, boost::asio::any_io_executor executor)
        : controller_{std::move(controller)}, executor_{std::move(executor)} {}

    awaitable<nvme::AdminResult> submit(nvme::AdminCommand command) override {
        co_return execute(command);
    }
    [[nodiscard]] std::size_t depth() const override { return 1; }
    [[nodiscard]] const std::string& name() const override { return controller_.name; }
    [[nodiscard]] boost::asio::any_io_executor executor() override { return executor_; }

  private:
    nvme::AdminResult execute(const nvme::AdminCommand& command) {
        switch (command.opcode) {
        case nvme::opcode::identify:
            return identify(command);
        case nvme::opcode::get_log_page:
            return log_page(command);
        case nvme::opcode::get_features:
            return feature(static_cast<std::uint8_t>(command.cdw[0]), command.data_in);
        case nvme::opcode::fabrics:
            return fabrics(command);
        default:
            return refusal(nvme::status::invalid_opcode);
        }
    }

    nvme::AdminResult feature(std::uint8_t fid, std::uint32_t length) {
        const auto found = controller_.features.find(fid);
        if (found == controller_.features.end()) {
            return refusal(nvme::status::invalid_field);
        }
        if (nvme::feature_data_bytes(fid) != 0) {
            return answer(found->second, 0, length);
        }
        nvme::AdminResult result = answer(found->second, 0, 4);
        result.dword01 = nvme::load_le<std::uint32_t>(result.data, 0);
        result.data.clear();
        return result;
    }

    nvme::AdminResult fabrics(const nvme::AdminCommand& command) {
        if (command.nsid != nvme::fctype::property_get) {
            return refusal(nvme::status::invalid_opcode);
        }
        const auto value = controller_.property(command.cdw[1]);
        if (!value) {
            return refusal(nvme::status::invalid_field);
        }
        nvme::AdminResult result;
        result.dword01 = *value;
        return result;
    }

    nvme::AdminResult identify(const nvme::AdminCommand& command) {
        const auto cns = static_cast<std::uint8_t>(command.cdw[0]);
        if (cns == nvme::cns::active_namespaces) {
            return active_namespaces(command.nsid);
        }
        const Page* const page = controller_page(model::ControllerPage::By::identify, cns);
        return page != nullptr ? answer(*page, 0, nvme::kIdentifySize)
                               : namespace_page(cns, command.nsid);
    }

    /// nullptr: an observation has no such page of a controller.
    [[nodiscard]] const Page* controller_page(model::ControllerPage::By by, std::uint8_t id) const {
        for (const model::ControllerPage& row : model::kControllerPages) {
            if (row.by == by && row.id == id) {
                return &(controller_.*row.page);
            }
        }
        return nullptr;
    }

    nvme::AdminResult namespace_page(std::uint8_t cns, std::uint32_t nsid) {
        const NamespaceObservation* found = controller_.find_namespace(nsid);
        if (found == nullptr) {
            return refusal(nvme::status::invalid_namespace);
        }
        for (const model::PathPage& row : model::kPathPages) {
            if (row.cns == cns) {
                return answer(found->*row.page, 0, nvme::kIdentifySize);
            }
        }
        return refusal(nvme::status::invalid_field);
    }

    /// The list goes on behind NSID `after` in the order in which it was recorded, sorted or not.
    nvme::AdminResult active_namespaces(std::uint32_t after) {
        if (!controller_.active_nsids) {
            return refusal(nvme::status::internal_error);
        }
        const std::vector<std::uint32_t>& all = *controller_.active_nsids;
        auto begin = all.begin();
        if (after != 0) {
            const auto last = std::find(all.begin(), all.end(), after);
            begin = last == all.end() ? last : last + 1;
        }
        const auto count = std::min<std::ptrdiff_t>(all.end() - begin, 1024);
        nvme::AdminResult result;
        result.data = nvme::encode_namespace_list(std::vector<std::uint32_t>(begin, begin + count));
        return result;
    }

    nvme::AdminResult log_page(const nvme::AdminCommand& command) {
        const std::uint64_t offset =
            (std::uint64_t{command.cdw[3]} << 32U) | std::uint64_t{command.cdw[2]};
        const auto lid = static_cast<std::uint8_t>(command.cdw[0]);
        const Page* const page = lid == nvme::lid::ana
                                     ? &controller_.ana.log
                                     : controller_page(model::ControllerPage::By::log, lid);
        return page != nullptr ? answer(*page, offset, command.data_in)
                               : refusal(nvme::status::invalid_log_page);
    }

    ControllerObservation controller_;
    boost::asio::any_io_executor executor_;
};

} // namespace

std::unique_ptr<AdminChannel> replay(ControllerObservation controller,
                                     boost::asio::any_io_executor executor) {
    return std::make_unique<ReplayChannel>(std::move(controller), std::move(executor));
}

} // namespace haoh
