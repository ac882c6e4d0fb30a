// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_array.hpp"

#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/id_list.hpp>
#include <haoh/nvme/identify_controller.hpp>
#include <haoh/nvme/identify_namespace.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>

namespace haoh::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kUseTuple = asio::as_tuple(asio::use_awaitable);

} // namespace

FakeLink::FakeLink(tcp::socket socket) : socket_{std::move(socket)} {
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
}

void FakeLink::send(const nvme::Pdu& pdu) {
    send_bytes(nvme::encode(pdu, format));
}

void FakeLink::send_bytes(nvme::Bytes bytes) {
    outgoing_.push_back(std::move(bytes));
    if (!writing_) {
        write_next();
    }
}

void FakeLink::write_next() {
    if (outgoing_.empty()) {
        writing_ = false;
        if (closing_) {
            boost::system::error_code ignored;
            socket_.close(ignored);
        }
        return;
    }
    writing_ = true;
    asio::async_write(socket_, asio::buffer(outgoing_.front()),
                      [self = shared_from_this()](const boost::system::error_code& error,
                                                  std::size_t /*length*/) {
                          self->outgoing_.pop_front();
                          if (error) {
                              self->outgoing_.clear();
                          }
                          self->write_next();
                      });
}

void FakeLink::respond(std::uint16_t cid, std::uint16_t status, std::uint64_t dword01,
                       std::uint16_t sqhd) {
    nvme::CompletionEntry entry;
    entry.cid = cid;
    entry.status.value = status;
    entry.dword01 = dword01;
    entry.sqhd = sqhd;
    send(nvme::CapsuleResp{.cqe = nvme::encode_cqe(entry)});
}

void FakeLink::respond_data(std::uint16_t cid, nvme::Bytes data) {
    nvme::DataPdu pdu;
    pdu.cccid = cid;
    pdu.last = true;
    pdu.data = std::move(data);
    send(pdu);
    respond(cid);
}

void FakeLink::close() {
    closing_ = true;
    if (!writing_) {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }
}

void FakeLink::reset() {
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
}

std::string own_loopback_address() {
    const auto pid = static_cast<std::uint32_t>(::getpid()); // at most 2^22
    return asio::ip::address_v4(0x7F400000U | (pid & 0x3FFFFFU)).to_string();
}

FakeArray::FakeArray(asio::io_context& context, std::string_view address, std::uint16_t port)
    : context_{context}, acceptor_{
                             context,
                             tcp::endpoint(asio::ip::make_address(std::string(address)), port)} {
    asio::co_spawn(context, accept_loop(), asio::detached);
}

FakeArray::~FakeArray() {
    *alive_ = false;
    for (const Link& link : links) {
        link->reset();
    }
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    context_.restart();
    context_.poll(); // the coroutines end before what they use does
}

Address FakeArray::address() const {
    const auto endpoint = acceptor_.local_endpoint();
    return {
        .traddr = endpoint.address().to_string(), .trsvcid = endpoint.port(), .host_traddr = {}};
}

asio::awaitable<void> FakeArray::accept_loop() {
    const auto alive = alive_;
    while (*alive) {
        auto [error, socket] = co_await acceptor_.async_accept(kUseTuple);
        if (error || !*alive) {
            co_return;
        }
        auto link = std::make_shared<FakeLink>(std::move(socket));
        links.push_back(link);
        ++connections_now;
        connections_most = std::max(connections_most, connections_now);
        asio::co_spawn(context_, serve(link), asio::detached);
    }
}

asio::awaitable<void> FakeArray::serve(Link link) {
    const auto alive = alive_;
    nvme::PduReader reader(false, 1U << 20U);
    std::array<std::uint8_t, 65536> buffer{};
    bool first = true;
    while (true) {
        const auto [error, length] =
            co_await link->socket_.async_read_some(asio::buffer(buffer), kUseTuple);
        if (!*alive) {
            co_return;
        }
        if (error) {
            --connections_now;
            co_return;
        }
        if (on_first_bytes) {
            if (std::exchange(first, false)) {
                on_first_bytes(link);
            }
            continue;
        }
        reader.feed(nvme::ByteView(buffer.data(), length));
        while (auto item = reader.next()) {
            if (const auto* const pdu = std::get_if<nvme::Pdu>(&*item)) {
                answer(link, *pdu);
                reader.set_format(link->format);
            } else {
                link->close(); // tests of the initiator look at what it does, not at this
                break;
            }
        }
    }
}

void FakeArray::answer(const Link& link, const nvme::Pdu& pdu) {
    if (const auto* const request = std::get_if<nvme::IcReq>(&pdu)) {
        icreqs.push_back(*request);
        nvme::IcResp response = icresp;
        response.dgst &= request->dgst;
        link->send(response);
        link->format = {.header_digest = (response.dgst & 1U) != 0,
                        .data_digest = (response.dgst & 2U) != 0};
    } else if (const auto* const capsule = std::get_if<nvme::CapsuleCmd>(&pdu)) {
        command(link, *capsule);
    } else if (const auto* const data = std::get_if<nvme::DataPdu>(&pdu)) {
        if (on_data) {
            on_data(link, *data);
        }
    } else if (const auto* const termination = std::get_if<nvme::TermReq>(&pdu)) {
        if (on_termination) {
            on_termination(*termination);
        }
        link->close();
    }
}

void FakeArray::command(const Link& link, const nvme::CapsuleCmd& capsule) {
    const nvme::SubmissionEntry entry = nvme::decode_sqe(capsule.sqe);
    commands.push_back(entry);
    if (on_command && on_command(link, entry, capsule.data)) {
        return;
    }
    switch (entry.opcode) {
    case nvme::opcode::fabrics:
        fabrics(link, entry, capsule.data);
        return;
    case nvme::opcode::keep_alive:
        ++keep_alives;
        link->respond(entry.cid);
        return;
    case nvme::opcode::async_event_request:
        link->events.push_back(entry.cid);
        return;
    case nvme::opcode::set_features:
        link->respond(entry.cid);
        return;
    case nvme::opcode::identify:
        if (auto page = identify_page(link, entry)) {
            link->respond_data(entry.cid, *std::move(page));
            return;
        }
        break;
    case nvme::opcode::get_log_page:
        if (auto page = log_page(link, entry)) {
            link->respond_data(entry.cid, *std::move(page));
            return;
        }
        break;
    default:
        break;
    }
    link->respond(entry.cid, nvme::status::invalid_field | nvme::status::dnr);
}

void FakeArray::fabrics(const Link& link, const nvme::SubmissionEntry& entry, nvme::ByteView data) {
    constexpr std::uint32_t shutdown_mask = 3U << 14U;
    if (entry.fctype == nvme::fctype::connect) {
        connect(link, entry, data);
    } else if (entry.fctype == nvme::fctype::property_set) {
        link->cc = entry.cdw[2];
        shutdowns += (link->cc & shutdown_mask) != 0 ? 1U : 0U;
        link->respond(entry.cid);
    } else if (entry.fctype == nvme::fctype::property_get) {
        switch (entry.cdw[1]) {
        case nvme::property::cap:
            link->respond(entry.cid, 0, cap);
            return;
        case nvme::property::vs:
            link->respond(entry.cid, 0, 0x00020000);
            return;
        case nvme::property::cc:
            link->respond(entry.cid, 0, link->cc);
            return;
        case nvme::property::csts: {
            const bool ready = (link->cc & 1U) != 0 && becomes_ready;
            const bool shut = (link->cc & shutdown_mask) != 0 && shuts_down;
            link->respond(entry.cid, 0, (ready ? 1U : 0U) | (shut ? 2U << 2U : 0U));
            return;
        }
        default:
            link->respond(entry.cid, nvme::status::invalid_field | nvme::status::dnr);
        }
    } else {
        link->respond(entry.cid, nvme::status::invalid_opcode | nvme::status::dnr);
    }
}

void FakeArray::connect(const Link& link, const nvme::SubmissionEntry& entry, nvme::ByteView data) {
    const nvme::ConnectData connect = nvme::decode_connect_data(data);
    link->discovery = serves_discovery && connect.subnqn == nvme::kDiscoveryNqn;
    if (!link->discovery && connect.subnqn != subsysnqn) {
        link->respond(entry.cid, nvme::status::connect_invalid_parameters | nvme::status::dnr,
                      256U | 1U << 16U);
        return;
    }
    link->subsysnqn = connect.subnqn;
    link->cntlid = next_cntlid++;
    link->respond(entry.cid, 0, link->cntlid);
}

std::optional<nvme::Bytes> FakeArray::identify_page(const Link& link,
                                                    const nvme::SubmissionEntry& entry) {
    const auto cns = static_cast<std::uint8_t>(entry.cdw[0]);
    if (cns == nvme::cns::identify_controller) {
        nvme::Bytes page(nvme::kIdentifySize);
        const std::string_view serial = "FAKE0000000000000001";
        std::copy(serial.begin(), serial.end(), page.begin() + 4);
        nvme::store_le(page, 78, link->cntlid);
        nvme::store_le<std::uint32_t>(page, 80, 0x00020000);
        nvme::store_le(page, 92, oaes);
        page[111] = static_cast<std::uint8_t>(link->discovery ? 2 : 1);
        std::copy(link->subsysnqn.begin(), link->subsysnqn.end(), page.begin() + 768);
        nvme::store_le(page, 516, static_cast<std::uint32_t>(namespaces.size())); // NN
        // What Linux wants of a controller that it takes.
        nvme::store_le<std::uint16_t>(page, 320, 10);  // KAS
        page[512] = 0x66;                              // SQES
        page[513] = 0x44;                              // CQES
        nvme::store_le<std::uint16_t>(page, 514, 128); // MAXCMD
        nvme::store_le<std::uint32_t>(page, 536, 1);   // SGLS
        nvme::store_le<std::uint32_t>(page, 1792, 4);  // IOCCSZ
        nvme::store_le<std::uint32_t>(page, 1796, 1);  // IORCSZ
        page[1803] = 1;                                // MSDBD
        return page;
    }
    if (cns == nvme::cns::active_namespaces) {
        std::vector<std::uint32_t> nsids;
        for (const auto& [nsid, uuid] : namespaces) {
            if (nsid > entry.nsid && nsids.size() < 1024) {
                nsids.push_back(nsid);
            }
        }
        return nvme::encode_namespace_list(nsids);
    }
    const auto found = namespaces.find(entry.nsid);
    if (found == namespaces.end()) {
        return std::nullopt;
    }
    if (cns == nvme::cns::identify_namespace) {
        nvme::Bytes page(nvme::kIdentifySize);
        nvme::store_le<std::uint64_t>(page, 0, 2048);
        nvme::store_le<std::uint64_t>(page, 8, 2048);
        page[128 + 2] = 9; // LBA format 0: 512 bytes
        return page;
    }
    if (cns == nvme::cns::namespace_descriptors) {
        const auto uuid = nvme::parse_uuid(found->second);
        return nvme::encode(std::vector<nvme::IdDescriptor>{
            {.nidt = 3, .nid = nvme::Bytes(uuid->begin(), uuid->end())}});
    }
    return std::nullopt;
}

std::optional<nvme::Bytes> FakeArray::log_page(const Link& link,
                                               const nvme::SubmissionEntry& entry) {
    const auto lid = static_cast<std::uint8_t>(entry.cdw[0]);
    if (lid != nvme::lid::discovery || !link->discovery) {
        return std::nullopt;
    }
    if (encoded_.empty() || encoded_log_ != log) {
        nvme::DiscoveryLog discovery;
        discovery.genctr = 1;
        discovery.numrec = log.size();
        discovery.entries = log;
        encoded_ = nvme::encode(discovery);
        encoded_log_ = log;
    }
    const std::uint64_t offset = entry.cdw[2] | static_cast<std::uint64_t>(entry.cdw[3]) << 32U;
    const auto part = nvme::slice(encoded_, offset, entry.sgl_length);
    nvme::Bytes data(part.begin(), part.end());
    data.resize(entry.sgl_length);
    return data;
}

} // namespace haoh::test
