// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes seeds for the fuzz targets, made by the encoders: DIRECTORY/TARGET/NAME.
#include <haoh/journal.hpp>
#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/commands_log.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/firmware_log.hpp>
#include <haoh/nvme/id_list.hpp>
#include <haoh/nvme/identify_controller.hpp>
#include <haoh/nvme/identify_controller_nvm.hpp>
#include <haoh/nvme/identify_namespace.hpp>
#include <haoh/nvme/pdu.hpp>
#include <haoh/nvme/supported_logs.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

namespace {

using namespace haoh::nvme;

class SeedWriter {
  public:
    explicit SeedWriter(std::filesystem::path directory) : directory_(std::move(directory)) {}

    void write(const std::string& target, const std::string& name, const Bytes& bytes) const {
        const std::filesystem::path folder = directory_ / target;
        std::filesystem::create_directories(folder);
        std::ofstream file(folder / name, std::ios::binary);
        file.exceptions(std::ios::failbit | std::ios::badbit);
        file.write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
    }
    void write(const std::string& target, const std::string& name, std::string_view text) const {
        write(target, name, Bytes(text.begin(), text.end()));
    }

  private:
    std::filesystem::path directory_;
};

template <std::size_t N>
std::array<std::uint8_t, N> padded(std::string_view text) {
    std::array<std::uint8_t, N> field{};
    field.fill(' ');
    std::copy_n(text.begin(), std::min(N, text.size()), field.begin());
    return field;
}

void journal(const SeedWriter& seeds) {
    haoh::JournalEntry entry;
    haoh::MonitorStatus& status = entry.status;
    auto& source = status.sources.emplace_back();
    source.name = "trace";
    source.problem = "none";
    source.lost = 1;
    auto& subsystem = status.subsystems.emplace_back();
    subsystem.host = "h";
    subsystem.subsysnqn = "nqn";
    subsystem.verdict = haoh::Verdict::warn;
    auto& controller = status.controllers.emplace_back();
    controller.host = "h";
    controller.name = "nvme1";
    controller.subsysnqn = "nqn";
    auto& one = status.namespaces.emplace_back();
    one.host = "h";
    one.subsysnqn = "nqn";
    one.nsid = 1;
    one.device = "nvme0n1";
    auto& path = one.paths.emplace_back();
    path.controller = "nvme1";
    path.name = "nvme0c1n1";
    path.last_change = haoh::Moment{};
    haoh::Event event;
    event.host = "h";
    event.subsysnqn = "nqn";
    event.controller = "nvme1";
    event.device = "nvme0n1";
    event.nsid = 1;
    event.cause = haoh::Moment{};
    event.access = haoh::AccessCounts{};
    std::string text = haoh::to_json(entry);
    for (const haoh::EventKindInfo& kind : haoh::event_kind_infos()) {
        event.kind = kind.kind;
        ++event.sequence;
        event.to = event.sequence % 2 == 0 ? "optimized" : "inaccessible";
        text += haoh::to_json(event);
    }
    entry.kind = haoh::JournalEntry::Kind::end;
    entry.sequence = event.sequence;
    seeds.write("journal_fuzz", "night", text + haoh::to_json(entry));
}

void identify(const SeedWriter& seeds) {
    IdentifyController controller;
    controller.sn = padded<20>("SN-A-0001");
    controller.mn = padded<40>("Example");
    controller.fr = padded<8>("1.0");
    controller.cmic = 0x0B;
    controller.cntlid = 1;
    controller.ver = 0x00020100;
    controller.cntrltype = 1;
    controller.anagrpmax = 128;
    controller.nanagrpid = 128;
    controller.nn = 1024;
    controller.mnan = 1024;
    const std::string_view nqn = "nqn.2024-01.com.example:pair";
    std::copy(nqn.begin(), nqn.end(), controller.subnqn.begin());
    seeds.write("identify_fuzz", "controller", encode(controller));

    IdentifyNamespace ns;
    ns.nsze = ns.ncap = 1U << 20U;
    ns.nlbaf = 1;
    ns.flbas = 1;
    ns.nmic = 1;
    ns.anagrpid = 1;
    ns.lbaf[0].lbads = 9;
    ns.lbaf[1] = {.ms = 8, .lbads = 12, .rp = 1};
    seeds.write("identify_fuzz", "namespace", encode(ns));
    IdentifyNamespaceNvm nvm;
    nvm.elbaf[1] = 0x0120;
    seeds.write("identify_fuzz", "namespace_nvm", encode(nvm));
    IdentifyNamespaceIndependent independent;
    independent.nmic = 1;
    independent.nstat = 1;
    seeds.write("identify_fuzz", "namespace_independent", encode(independent));
}

void lists(const SeedWriter& seeds) {
    const Uuid uuid = parse_uuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6").value_or(Uuid{});
    const Bytes id(uuid.begin(), uuid.end());
    seeds.write("id_descriptors_fuzz", "all",
                encode(std::vector<IdDescriptor>{
                    {1, Bytes(id.begin(), id.begin() + 8)}, {2, id}, {3, id}, {4, {0}}}));
    seeds.write("id_descriptors_fuzz", "wrong",
                encode(std::vector<IdDescriptor>{{3, Bytes(16)}, {3, id}, {2, Bytes(5)}}));
    seeds.write("id_lists_fuzz", "namespaces",
                encode_namespace_list(std::vector<std::uint32_t>{1, 2, 3, 7, 1000}));
    seeds.write("id_lists_fuzz", "controllers",
                encode_controller_list(std::vector<std::uint16_t>{0, 1, 2, 0x100, 0xFFEF}));
}

void logs(const SeedWriter& seeds) {
    AnaLog ana;
    ana.chgc = 7;
    ana.groups = {{.agid = 1, .chgc = 7, .state = AnaState::optimized, .nsids = {1, 2, 3}},
                  {.agid = 2, .chgc = 7, .state = AnaState::inaccessible, .nsids = {4}},
                  {.agid = 3, .chgc = 6, .state = AnaState::change, .nsids = {}}};
    ana.nagd = 3;
    seeds.write("ana_log_fuzz", "healthy", encode(ana));
    ana.nagd = 0xFFFF;
    ana.groups[1].agid = 0;
    ana.groups[1].state_byte = 0xF0;
    ana.groups[2].nsids = {9, 4, 4, 0, 0xFFFFFFFF};
    seeds.write("ana_log_fuzz", "wrong", encode(ana));

    DiscoveryLog discovery;
    discovery.genctr = 1;
    DiscoveryEntry entry{.trtype = 3,
                         .adrfam = 1,
                         .subtype = 2,
                         .portid = 1,
                         .cntlid = 0xFFFF,
                         .asqsz = 32,
                         .trsvcid = "4420",
                         .subnqn = "nqn.2024-01.com.example:pair",
                         .traddr = "192.0.2.1"};
    discovery.entries.push_back(entry);
    entry.subtype = 1;
    entry.subnqn = std::string(kDiscoveryNqn);
    entry.trsvcid = "8009";
    discovery.entries.push_back(entry);
    discovery.numrec = 2;
    seeds.write("discovery_log_fuzz", "healthy", encode(discovery));

    SupportedLogs supported;
    supported.lids[lid::ana] = 1;
    seeds.write("supported_logs_fuzz", "ana", encode(supported));

    IdentifyControllerNvm limits;
    limits.wzsl = 5;
    limits.dmrsl = 8192;
    seeds.write("command_pages_fuzz", "limits", encode(limits));
    CommandsLog commands_log;
    commands_log.admin[opcode::set_features] =
        effects::supported | effects::submission_of_namespace;
    commands_log.io[io_opcode::write] = effects::supported | effects::changes_data;
    seeds.write("command_pages_fuzz", "effects", encode(commands_log));
    FirmwareLog firmware;
    firmware.afi = 0x21;
    firmware.frs[1] = {'2', '.', '0', ' ', ' ', ' ', ' ', ' '};
    seeds.write("command_pages_fuzz", "firmware", encode(firmware));
}

void commands(const SeedWriter& seeds) {
    ConnectParameters parameters;
    parameters.data.subnqn = "nqn.2024-01.com.example:pair";
    parameters.data.hostnqn = "nqn.2014-08.org.nvmexpress:uuid:"
                              "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
    seeds.write("command_fuzz", "connect_data", encode(parameters.data));
    const std::vector<std::pair<std::string, AdminCommand>> all{
        {"identify", identify_controller_command()},
        {"get_log_page", get_log_page_command(lid::ana, 4096, 4096)},
        {"get_features", get_features_command(fid::keep_alive_timer)},
        {"connect", connect_command(parameters)},
        {"property_get", property_get_command(property::cap, 8)},
        {"property_set", property_set_command(property::cc, 4, 0x460001)}};
    for (const auto& [name, command] : all) {
        const Sqe sqe = encode_sqe(command, 1, true);
        seeds.write("command_fuzz", name, Bytes(sqe.begin(), sqe.end()));
    }
}

/// The bytes with which pdu_stream_fuzz begins: end and digests, size of the chunks, alignment.
Bytes stream_of(bool to_host, const PduFormat& format, const std::vector<Pdu>& pdus) {
    Bytes stream{static_cast<std::uint8_t>((to_host ? 1U : 0U) | (format.header_digest ? 2U : 0U) |
                                           (format.data_digest ? 4U : 0U)),
                 16, 0};
    for (const Pdu& pdu : pdus) {
        const Bytes bytes = encode(pdu, format);
        stream.insert(stream.end(), bytes.begin(), bytes.end());
    }
    return stream;
}

void streams(const SeedWriter& seeds) {
    for (const bool digests : {false, true}) {
        PduFormat format;
        format.header_digest = digests;
        format.data_digest = digests;
        const std::string suffix = digests ? "_digests" : "";
        CapsuleCmd connect;
        connect.sqe = encode_sqe(connect_command({}), 0, true);
        connect.data = Bytes(1024);
        seeds.write(
            "pdu_stream_fuzz", "to_controller" + suffix,
            stream_of(
                false, format,
                {IcReq{.maxr2t = 1}, connect,
                 DataPdu{
                     .from_host = true, .cccid = 1, .ttag = 2, .last = true, .data = Bytes(64, 1)},
                 TermReq{.from_host = true, .fes = 1, .fei = 4, .data = Bytes(8)}}));
        seeds.write(
            "pdu_stream_fuzz", "to_host" + suffix,
            stream_of(true, format,
                      {IcResp{.maxh2cdata = 4096}, CapsuleResp{},
                       DataPdu{.cccid = 1, .last = true, .success = true, .data = Bytes(64, 1)},
                       R2t{.cccid = 1, .ttag = 2, .r2to = 0, .r2tl = 64},
                       TermReq{.fes = 2, .data = Bytes(24)}}));
    }
    Bytes made(200, 0x5A);
    for (std::uint8_t choice = 8; choice < 16; ++choice) {
        made[0] = choice;
        seeds.write("pdu_stream_fuzz", "made_" + std::to_string(choice), made);
    }
}

void texts(const SeedWriter& seeds) {
    seeds.write("text_fuzz", "nqn", std::string_view("nqn.2024-01.com.example:pair"));
    seeds.write("text_fuzz", "nqn_uuid",
                std::string_view("nqn.2014-08.org.nvmexpress:uuid:"
                                 "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
    seeds.write("text_fuzz", "nqn_discovery", kDiscoveryNqn);
    seeds.write("text_fuzz", "uuid", std::string_view("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
    seeds.write("text_fuzz", "nguid", std::string_view("ef90689c46c44cde96018b6d3a7f1122"));
    seeds.write("text_fuzz", "eui64", std::string_view("00:25:38:b7:11:b2:c3:d4"));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: write_seeds DIRECTORY\n", stderr);
        return 2;
    }
    try {
        const SeedWriter seeds(argv[1]);
        identify(seeds);
        journal(seeds);
        lists(seeds);
        logs(seeds);
        commands(seeds);
        streams(seeds);
        texts(seeds);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "write_seeds: %s\n", error.what());
        return 1;
    }
    return 0;
}
