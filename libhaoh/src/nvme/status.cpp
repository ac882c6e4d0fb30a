// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/status.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace haoh::nvme {

namespace {

struct Name {
    std::uint16_t code; ///< SCT << 8 | SC
    std::string_view text;
};

/// Base 2.3 section 4.2.3, NVM Command Set 1.1 section 4.1.1, ascending.
constexpr auto kNames = std::to_array<Name>({
    // Generic command status
    {0x000, "Successful Completion"},
    {0x001, "Invalid Command Opcode"},
    {0x002, "Invalid Field in Command"},
    {0x003, "Command ID Conflict"},
    {0x004, "Data Transfer Error"},
    {0x005, "Commands Aborted due to Power Loss Notification"},
    {0x006, "Internal Error"},
    {0x007, "Command Abort Requested"},
    {0x008, "Command Aborted due to SQ Deletion"},
    {0x009, "Command Aborted due to Failed Fused Command"},
    {0x00A, "Command Aborted due to Missing Fused Command"},
    {0x00B, "Invalid Namespace or Format"},
    {0x00C, "Command Sequence Error"},
    {0x00D, "Invalid SGL Segment Descriptor"},
    {0x00E, "Invalid Number of SGL Descriptors"},
    {0x00F, "Data SGL Length Invalid"},
    {0x010, "Metadata SGL Length Invalid"},
    {0x011, "SGL Descriptor Type Invalid"},
    {0x012, "Invalid Use of Controller Memory Buffer"},
    {0x013, "PRP Offset Invalid"},
    {0x014, "Atomic Write Unit Exceeded"},
    {0x015, "Operation Denied"},
    {0x016, "SGL Offset Invalid"},
    {0x018, "Host Identifier Inconsistent Format"},
    {0x019, "Keep Alive Timer Expired"},
    {0x01A, "Keep Alive Timeout Invalid"},
    {0x01B, "Command Aborted due to Preempt and Abort"},
    {0x01C, "Sanitize Failed"},
    {0x01D, "Sanitize In Progress"},
    {0x01E, "SGL Data Block Granularity Invalid"},
    {0x01F, "Command Not Supported for Queue in CMB"},
    {0x020, "Namespace is Write Protected"},
    {0x021, "Command Interrupted"},
    {0x022, "Transient Transport Error"},
    {0x023, "Command Prohibited by Command and Feature Lockdown"},
    {0x024, "Admin Command Media Not Ready"},
    {0x025, "Invalid Key Tag"},
    {0x026, "Host Dispersed Namespace Support Not Enabled"},
    {0x027, "Host Identifier Not Initialized"},
    {0x028, "Incorrect Key"},
    {0x029, "FDP Disabled"},
    {0x02A, "Invalid Placement Handle List"},
    {0x080, "LBA Out of Range"},
    {0x081, "Capacity Exceeded"},
    {0x082, "Namespace Not Ready"},
    {0x083, "Reservation Conflict"},
    {0x084, "Format In Progress"},
    {0x085, "Invalid Value Size"},
    {0x086, "Invalid Key Size"},
    {0x087, "KV Key Does Not Exist"},
    {0x088, "Unrecovered Error"},
    {0x089, "Key Exists"},
    // Command specific status
    {0x100, "Completion Queue Invalid"},
    {0x101, "Invalid Queue Identifier"},
    {0x102, "Invalid Queue Size"},
    {0x103, "Abort Command Limit Exceeded"},
    {0x105, "Asynchronous Event Request Limit Exceeded"},
    {0x106, "Invalid Firmware Slot"},
    {0x107, "Invalid Firmware Image"},
    {0x108, "Invalid Interrupt Vector"},
    {0x109, "Invalid Log Page"},
    {0x10A, "Invalid Format"},
    {0x10B, "Firmware Activation Requires Conventional Reset"},
    {0x10C, "Invalid Queue Deletion"},
    {0x10D, "Feature Identifier Not Saveable"},
    {0x10E, "Feature Not Changeable"},
    {0x10F, "Feature Not Namespace Specific"},
    {0x110, "Firmware Activation Requires NVM Subsystem Reset"},
    {0x111, "Firmware Activation Requires Controller Level Reset"},
    {0x112, "Firmware Activation Requires Maximum Time Violation"},
    {0x113, "Firmware Activation Prohibited"},
    {0x114, "Overlapping Range"},
    {0x115, "Namespace Insufficient Capacity"},
    {0x116, "Namespace Identifier Unavailable"},
    {0x118, "Namespace Already Attached"},
    {0x119, "Namespace Is Private"},
    {0x11A, "Namespace Not Attached"},
    {0x11B, "Thin Provisioning Not Supported"},
    {0x11C, "Controller List Invalid"},
    {0x11D, "Device Self-test In Progress"},
    {0x11E, "Boot Partition Write Prohibited"},
    {0x11F, "Invalid Controller Identifier"},
    {0x120, "Invalid Secondary Controller State"},
    {0x121, "Invalid Number of Controller Resources"},
    {0x122, "Invalid Resource Identifier"},
    {0x123, "Sanitize Prohibited While Persistent Memory Region is Enabled"},
    {0x124, "ANA Group Identifier Invalid"},
    {0x125, "ANA Attach Failed"},
    {0x126, "Insufficient Capacity"},
    {0x127, "Namespace Attachment Limit Exceeded"},
    {0x128, "Prohibition of Command Execution Not Supported"},
    {0x129, "I/O Command Set Not Supported"},
    {0x12A, "I/O Command Set Not Enabled"},
    {0x12B, "I/O Command Set Combination Rejected"},
    {0x12C, "Invalid I/O Command Set"},
    {0x12D, "Identifier Unavailable"},
    {0x12E, "Namespace Is Dispersed"},
    {0x12F, "Invalid Discovery Information"},
    {0x130, "Zoning Data Structure Locked"},
    {0x131, "Zoning Data Structure Not Found"},
    {0x132, "Insufficient Discovery Resources"},
    {0x133, "Requested Function Disabled"},
    {0x134, "ZoneGroup Originator Invalid"},
    {0x135, "Invalid Host"},
    {0x136, "Invalid NVM Subsystem"},
    {0x137, "Invalid Controller Data Queue"},
    {0x138, "Not Enough Resources"},
    {0x139, "Controller Suspended"},
    {0x13A, "Controller Not Suspended"},
    {0x13B, "Controller Data Queue Full"},
    // Command specific status of Fabrics commands (80h to 91h; the NVM command set shares 8xh)
    {0x180, "Connect Incompatible Format"},
    {0x181, "Connect Controller Busy"},
    {0x182, "Connect Invalid Parameters"},
    {0x183, "Connect Restart Discovery"},
    {0x184, "Connect Invalid Host"},
    {0x185, "Invalid Queue Type"},
    {0x186, "Fast Copy Not Possible"},
    {0x187, "Overlapping I/O Range"},
    {0x188, "Namespace Not Reachable"},
    {0x189, "Insufficient Resources"},
    {0x190, "Discover Restart"},
    {0x191, "Authentication Required"},
    {0x1B6, "ZNS Invalid Zone Operation Request"},
    {0x1B7, "ZNS ZRWA Resources Unavailable"},
    {0x1B8, "ZNS Zone Boundary Error"},
    {0x1B9, "ZNS Zone Is Full"},
    {0x1BA, "ZNS Zone Is Read Only"},
    {0x1BB, "ZNS Zone Is Offline"},
    {0x1BC, "ZNS Zone Invalid Write"},
    {0x1BD, "ZNS Too Many Active Zones"},
    {0x1BE, "ZNS Too Many Open Zones"},
    {0x1BF, "ZNS Invalid Zone State Transition"},
    // Media and data integrity errors
    {0x280, "Write Fault"},
    {0x281, "Unrecovered Read Error"},
    {0x282, "End-to-end Guard Check Error"},
    {0x283, "End-to-end Application Tag Check Error"},
    {0x284, "End-to-end Reference Tag Check Error"},
    {0x285, "Compare Failure"},
    {0x286, "Access Denied"},
    {0x287, "Deallocated or Unwritten Logical Block"},
    {0x288, "End-to-end Storage Tag Check Error"},
    // Path related status
    {0x300, "Internal Path Error"},
    {0x301, "Asymmetric Access Persistent Loss"},
    {0x302, "Asymmetric Access Inaccessible"},
    {0x303, "Asymmetric Access Transition"},
    {0x360, "Controller Pathing Error"},
    {0x370, "Host Pathing Error"},
    {0x371, "Command Aborted By Host"},
});

static_assert(std::is_sorted(kNames.begin(), kNames.end(),
                             [](const Name& a, const Name& b) { return a.code < b.code; }));

} // namespace

std::string describe(Status status) {
    const auto* const found =
        std::lower_bound(kNames.begin(), kNames.end(), status.code(),
                         [](const Name& name, std::uint16_t code) { return name.code < code; });
    const bool named = found != kNames.end() && found->code == status.code();
    const std::string numbers = fmt::format("sct {:x}h sc {:02x}h{}", status.sct(), status.sc(),
                                            status.dnr() ? ", do not retry" : "");
    return named ? fmt::format("{} ({})", found->text, numbers) : numbers;
}

} // namespace haoh::nvme
