// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_tracefs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace haoh::test {

FakeTracefs::FakeTracefs(SysfsTree& tree) : Tracefs(tree.root() + "/tracing"), tree_{tree} {
    tree_.make_directory("tracing/instances");
}

int FakeTracefs::make_instance(const std::string& name) const {
    const int error = Tracefs::make_instance(name);
    if (error != 0) {
        return error;
    }
    for (const char* file : {"trace_clock", "buffer_size_kb", "buffer_percent", "trace_options",
                             "events/nvme/nvme_async_event/enable"}) {
        if (missing_ != file) {
            tree_.set("tracing/instances/" + name + "/" + file, "");
        }
    }
    if (missing_ != "trace_pipe") {
        return ::mkfifo((instance(name) + "/trace_pipe").c_str(), 0600) == 0 ? 0 : errno;
    }
    return 0;
}

int FakeTracefs::remove_instance(const std::string& name) const {
    std::error_code error;
    return std::filesystem::remove_all(instance(name), error) > 0 ? error.value() : ENOENT;
}

std::string FakeTracefs::text(const std::string& name, const std::string& file) const {
    std::ifstream stream(instance(name) + "/" + file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

base::FileDescriptor FakeTracefs::writer(const std::string& name) const {
    const std::string path = instance(name) + "/trace_pipe";
    base::FileDescriptor pipe(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (!pipe) {
        throw std::system_error(errno, std::generic_category(), path);
    }
    return pipe;
}

void write_all(const base::FileDescriptor& descriptor, const std::string& text) {
    if (::write(descriptor.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        throw std::system_error(errno, std::generic_category(), "write");
    }
}

} // namespace haoh::test
