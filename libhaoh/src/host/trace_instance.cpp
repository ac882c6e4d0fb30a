// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/trace_instance.hpp"

#include <haoh/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace haoh::host {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kRead = "read";
constexpr std::string_view kEnable = "events/nvme/nvme_async_event/enable";
/// For each CPU. A controller has one event outstanding: some hundred of them fit.
constexpr std::string_view kBufferKilobytes = "64";
constexpr unsigned kMaxInstances = 64;
/// A page is what the kernel gives at once. Behind the bound somebody else has a turn.
constexpr std::size_t kPipeBytes = 4096;
constexpr int kReadsATurn = 64;

std::string_view trace_advice(int error) {
    switch (error) {
    case EACCES:
    case EPERM:
        return "run as root; a kernel in lockdown lets nobody trace";
    case ENOMEM:
        return "free memory, or remove trace instances that nobody needs";
    case EROFS:
        return "mount tracefs for writing";
    default:
        return {};
    }
}

[[noreturn]] void fail(int error, std::string_view operation, const std::string& object) {
    throw Error({error, std::generic_category()}, operation, object, {}, trace_advice(error));
}

/// \return 0 or an errno value
int write_text(const std::string& path, std::string_view text) {
    const base::FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), text.data(), text.size()) < 0) {
        return errno;
    }
    return 0;
}

} // namespace

TraceInstance::Directory::Directory(std::shared_ptr<const Tracefs> tracefs)
    : tracefs_{std::move(tracefs)} {
    remove_abandoned_instances(*tracefs_);
    InstanceName name;
    name.pid = ::getpid();
    name.start = process_start(name.pid).value_or(0);
    int error = EEXIST;
    for (; error == EEXIST && name.number < kMaxInstances; ++name.number) {
        name_ = to_string(name);
        error = tracefs_->make_instance(name_);
    }
    if (error == EEXIST) {
        throw Error(Errc::too_large, "make a trace instance", tracefs_->instance(name_),
                    "this process has as many as it may", "end some of its monitors");
    }
    if (error != 0) {
        fail(error, "make a trace instance", tracefs_->instance(name_));
    }
}

TraceInstance::Directory::~Directory() {
    // The kernel keeps the instance while somebody looks at it; then it is at least a quiet one.
    static_cast<void>(write_text(file(kEnable), "0"));
    static_cast<void>(tracefs_->remove_instance(name_));
}

std::string TraceInstance::Directory::file(std::string_view name) const {
    return tracefs_->instance(name_) + "/" + std::string(name);
}

base::FileDescriptor TraceInstance::Directory::open_pipe() const {
    const auto set = [this](std::string_view name, std::string_view value) {
        if (const int error = write_text(file(name), value); error != 0) {
            fail(error, "set " + std::string(value) + " in", file(name));
        }
    };
    set("trace_clock", "mono");
    set("buffer_size_kb", kBufferKilobytes);
    // An instance begins with the options that somebody may have set for all. Kernels differ in
    // which they have.
    for (const std::string_view option :
         {"context-info", "noraw", "nohex", "nobin", "nofields", "nolatency-format"}) {
        static_cast<void>(write_text(file("trace_options"), option));
    }
    static_cast<void>(write_text(file("buffer_percent"), "0"));
    base::FileDescriptor pipe(
        ::open(file("trace_pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!pipe) {
        fail(errno, "open", file("trace_pipe"));
    }
    return pipe;
}

void TraceInstance::Directory::enable() const {
    const std::string path = file(kEnable);
    const int error = write_text(path, "1");
    if (error == ENOENT) {
        throw Error(
            Errc::not_found, "enable", path,
            "the kernel has no such event: nvme_core is not loaded, or it was built without "
            "CONFIG_EVENT_TRACING",
            "modprobe nvme_core");
    }
    if (error != 0) {
        fail(error, "enable", path);
    }
}

TraceInstance::TraceInstance(const asio::any_io_executor& executor)
    : TraceInstance(executor, std::make_shared<const Tracefs>(find_tracefs())) {}

TraceInstance::TraceInstance(const asio::any_io_executor& executor,
                             std::shared_ptr<const Tracefs> tracefs)
    : directory_{std::move(tracefs)},
      pipe_path_{directory_.file("trace_pipe")}, pipe_{executor, directory_.open_pipe()} {
    directory_.enable();
}

TraceInstance::~TraceInstance() = default;

const std::string& TraceInstance::name() const {
    return directory_.name();
}

std::vector<TraceInput> TraceInstance::read_some() {
    std::vector<TraceInput> inputs;
    std::array<char, kPipeBytes> bytes; // NOLINT: the kernel fills it
    for (int i = 0; i < kReadsATurn; ++i) {
        const ssize_t length = ::read(pipe_.get(), bytes.data(), bytes.size());
        if (length > 0) {
            stream_.feed({bytes.data(), static_cast<std::size_t>(length)}, inputs);
            continue;
        }
        const int error = length < 0 ? errno : 0;
        if (error == EINTR) {
            continue;
        }
        if (error == EAGAIN || !inputs.empty()) {
            break; // what was read comes first: an end is there the next time, too
        }
        if (error == 0) {
            throw Error(Errc::closed, kRead, pipe_path_, "the trace pipe has ended",
                        "turn tracing on (tracing_on), or start again");
        }
        fail(error, kRead, pipe_path_);
    }
    return inputs;
}

asio::awaitable<std::vector<TraceInput>> TraceInstance::next() {
    const std::string path = pipe_path_;
    for (;;) {
        std::vector<TraceInput> inputs = read_some();
        if (!inputs.empty()) {
            co_return inputs;
        }
        co_await pipe_.readable(kRead, path);
    }
}

} // namespace haoh::host
