// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/kernel_release.hpp>

#include "base/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

using enum Distribution;

constexpr std::string_view kDigits = "0123456789";

/// Takes the digits at the beginning away. nullopt: there are none, or too many.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    const std::string_view digits = text.substr(0, text.find_first_not_of(kDigits));
    const auto number = base::parse_number<std::uint64_t>(digits);
    text.remove_prefix(digits.size());
    return number;
}

unsigned as_minor(std::uint64_t number) {
    return static_cast<unsigned>(std::min<std::uint64_t>(number, kAnyMinor - 1));
}

/// What follows a word that digits follow: of "el" in "570.el9_6" it is "9_6".
std::optional<std::string_view> after_word(std::string_view text, std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + 1)) {
        const std::string_view rest = text.substr(at + word.size());
        if (!rest.empty() && kDigits.find(rest.front()) != std::string_view::npos) {
            return rest;
        }
    }
    return std::nullopt;
}

/// The number right behind the first dash: "-570.12.1" has 570.
std::uint64_t first_build(std::string_view tail) {
    if (!tail.starts_with('-')) {
        return 0;
    }
    tail.remove_prefix(1);
    return take_number(tail).value_or(0);
}

/// What follows "-N": "-generic" of "-45-generic", "" where it is no such text.
std::string_view behind_abi(std::string_view tail) {
    if (!tail.starts_with('-')) {
        return {};
    }
    tail.remove_prefix(1);
    return take_number(tail) ? tail : std::string_view();
}

template <std::size_t kCount>
bool begins_with_one_of(std::string_view text, const std::array<std::string_view, kCount>& words) {
    return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
        return text.starts_with(word) && (text.size() == word.size() || text[word.size()] == '-' ||
                                          text[word.size()] == '_' || text[word.size()] == '+');
    });
}

/// Debian's architectures, with its flavours before them.
bool is_debian_tail(std::string_view tail) {
    constexpr std::array<std::string_view, 11> kArchitectures{
        "-amd64",       "-arm64", "-armmp",   "-686", "-rpi",    "-marvell",
        "-powerpc64le", "-s390x", "-riscv64", "-4kc", "-loong64"};
    constexpr std::array<std::string_view, 3> kFlavours{"-cloud", "-rt", "-octeon"};
    if (tail.starts_with('-') && !behind_abi(tail).empty()) {
        tail = behind_abi(tail);
    }
    for (const std::string_view flavour : kFlavours) {
        if (tail.starts_with(flavour)) {
            tail.remove_prefix(flavour.size());
        }
    }
    return begins_with_one_of(tail, kArchitectures);
}

bool is_ubuntu_flavour(std::string_view tail) {
    constexpr std::array<std::string_view, 18> kFlavours{
        "-generic", "-lowlatency", "-aws",   "-azure",    "-gcp", "-gke",
        "-gkeop",   "-ibm",        "-kvm",   "-oracle",   "-oem", "-raspi",
        "-nvidia",  "-fips",       "-intel", "-realtime", "-rt",  "-virtual"};
    return begins_with_one_of(tail, kFlavours);
}

bool is_suse_flavour(std::string_view tail) {
    constexpr std::array<std::string_view, 8> kFlavours{
        "-default", "-azure", "-preempt", "-64kb", "-kvmsmall", "-vanilla", "-longterm", "-rt"};
    const std::size_t dash = tail.rfind('-');
    return dash != std::string_view::npos && begins_with_one_of(tail.substr(dash), kFlavours);
}

/// "-rc1", "+", "-g1a2b3c", "-dirty": kernel.org's tree, built by somebody.
bool is_plain_tail(std::string_view tail) {
    return tail.empty() || tail == "+" || tail.starts_with("-rc") || tail.starts_with("-g") ||
           tail.starts_with("-0-g") || tail == "-dirty";
}

void read_enterprise_linux(std::string_view after_el, KernelRelease& out) {
    out.distribution = enterprise_linux;
    out.product = {as_minor(take_number(after_el).value_or(0)), kAnyMinor};
    if (after_el.starts_with("uek")) {
        out.distribution = oracle_uek;
    } else if (after_el.starts_with('_')) {
        after_el.remove_prefix(1);
        if (const auto minor = take_number(after_el)) {
            out.product.minor = as_minor(*minor);
        }
    }
}

/// SLES counts by product: 150600 is 15 SP6, 160000 is 16.0.
void read_suse(KernelRelease& out) {
    constexpr std::uint64_t kFirstByProduct = 150000;
    constexpr std::uint64_t kLastByProduct = 999999;
    out.distribution = suse;
    if (out.build >= kFirstByProduct && out.build <= kLastByProduct) {
        out.product = {static_cast<unsigned>(out.build / 10000),
                       static_cast<unsigned>(out.build / 100 % 100)};
    }
}

void read_distribution(std::string_view tail, KernelRelease& out) {
    constexpr std::uint64_t kUbuntuMainline = 10000; // "6.12.9-061209-generic"
    const auto of_product = [&](Distribution whose, std::string_view number) {
        out.distribution = whose;
        out.product = {as_minor(take_number(number).value_or(0)), 0};
    };
    out.build = first_build(tail);
    const auto el = after_word(tail, ".el");
    const auto debian_number = after_word(tail, "deb");
    const auto amazon_number = after_word(tail, ".amzn");
    const auto fedora_number = after_word(tail, ".fc");
    if (tail.ends_with("elrepo") || tail.find(".elrepo.") != std::string_view::npos) {
        out.distribution = upstream;
    } else if (el) {
        read_enterprise_linux(*el, out);
    } else if (fedora_number) {
        of_product(fedora, *fedora_number);
    } else if (amazon_number) {
        of_product(amazon, *amazon_number);
    } else if (debian_number) {
        of_product(debian, *debian_number);
    } else if (tail.starts_with("+bpo") || is_debian_tail(tail)) {
        out.distribution = debian;
    } else if (tail.ends_with("-pve")) {
        out.distribution = proxmox;
    } else if (is_ubuntu_flavour(behind_abi(tail))) {
        out.distribution = out.build >= kUbuntuMainline ? upstream : ubuntu;
    } else if (is_suse_flavour(tail)) {
        read_suse(out);
    } else {
        out.distribution = is_plain_tail(tail) ? upstream : other;
    }
}

/// Whether a distribution puts 0 for upstream's patch level whatever it took of it.
bool hides_patch(const KernelRelease& release, std::string_view tail) {
    switch (release.distribution) {
    case ubuntu:
    case enterprise_linux:
    case oracle_uek:
        return true;
    case debian:
        return tail.starts_with('-');
    case upstream:
    case suse:
    case fedora:
    case amazon:
    case proxmox:
    case other:
        return false;
    }
    return false;
}

std::string product_of(const KernelRelease& release) {
    const KernelVersion& product = release.product;
    switch (release.distribution) {
    case enterprise_linux:
        return product.minor == kAnyMinor ? fmt::format("EL {}", product.major)
                                          : fmt::format("EL {}.{}", product.major, product.minor);
    case suse:
        if (product.major == 0) {
            return "SUSE";
        }
        return product.major < 16 ? fmt::format("SLES {} SP{}", product.major, product.minor)
                                  : fmt::format("SLES {}.{}", product.major, product.minor);
    case fedora:
        return fmt::format("Fedora {}", product.major);
    default:
        return std::string(to_string(release.distribution));
    }
}

} // namespace

std::string_view to_string(Distribution value) {
    switch (value) {
    case upstream:
        return "kernel.org";
    case debian:
        return "Debian";
    case ubuntu:
        return "Ubuntu";
    case enterprise_linux:
        return "Enterprise Linux";
    case oracle_uek:
        return "Oracle UEK";
    case suse:
        return "SUSE";
    case fedora:
        return "Fedora";
    case amazon:
        return "Amazon Linux";
    case proxmox:
        return "Proxmox VE";
    case other:
        return "another";
    }
    return "?";
}

std::optional<KernelRelease> parse_kernel_release(std::string_view text) {
    const auto version = parse_kernel_version(text);
    if (!version) {
        return std::nullopt;
    }
    KernelRelease out{.upstream = *version};
    std::string_view tail = text;
    static_cast<void>(take_number(tail));
    if (version->minor == kAnyMinor) {
        return out;
    }
    tail.remove_prefix(1);
    static_cast<void>(take_number(tail));
    if (tail.size() > 1 && tail.front() == '.' && kDigits.find(tail[1]) != std::string_view::npos) {
        tail.remove_prefix(1);
        const auto patch = take_number(tail);
        out.patch = patch ? std::optional(as_minor(*patch)) : std::nullopt;
    }
    read_distribution(tail, out);
    if (out.patch == 0U && hides_patch(out, tail)) {
        out.patch.reset();
    }
    return out;
}

std::string name_of(const KernelRelease& release) {
    const std::string base =
        release.upstream.minor == kAnyMinor
            ? fmt::format("Linux {}.x", release.upstream.major)
            : fmt::format("Linux {}.{}", release.upstream.major, release.upstream.minor);
    switch (release.distribution) {
    case upstream:
    case debian:
    case other:
        return base;
    default:
        return fmt::format("{} of {}", base, product_of(release));
    }
}

} // namespace haoh
