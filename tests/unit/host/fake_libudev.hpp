// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A libudev that answers what a test says: in this program its functions are looked at first.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace haoh::test {

/// As long as it lives, all of it is used instead of the system's. For one thread.
class FakeLibudev {
  public:
    /// Names, and values where there are some.
    struct Entry {
        std::string name;
        const char* value{};
    };
    /// A message, or why there is none.
    struct Message {
        std::vector<Entry> properties;
        int error{};
    };

    FakeLibudev();
    FakeLibudev(const FakeLibudev&) = delete;
    FakeLibudev& operator=(const FakeLibudev&) = delete;
    ~FakeLibudev();

    bool no_context{};   ///< udev_new
    int monitor_error{}; ///< errno of udev_monitor_new_from_netlink
    int filter_result{}; ///< as a negative errno value
    int enable_result{}; ///< as a negative errno value
    int socket{-1};      ///< of udev_monitor_get_fd
    std::deque<Message> messages;
    int then{}; ///< errno behind the last message
    int held{}; ///< contexts, monitors and devices that were not given back
    /// The database: links of block devices.
    std::map<std::string, std::vector<std::string>> links;
};

} // namespace haoh::test
