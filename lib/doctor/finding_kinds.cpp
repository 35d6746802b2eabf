// SPDX-License-Identifier: GPL-2.0-or-later
// The table of all findings. docs/doctor.md has the same rows in the same order.
#include <array>

#include "finding.hpp"

namespace nflogd::doctor {
namespace {

using enum Grade;

#define KERNEL_PACKAGE "apt-get install linux-image-<architecture> && reboot"
#define EDIT "${EDITOR:-vi} +<line> <file>  # "
#define DROP_IN                                                                                    \
    "mkdir -p /etc/systemd/system/<unit>.d && printf '[Service]\\n<settings>\\n' >> "              \
    "/etc/systemd/system/<unit>.d/zz-doctor.conf && systemctl daemon-reload && systemctl restart " \
    "<unit>"

// clang-format off
constexpr std::array kKinds = {
    // Kernel
    FindingKind{"nfnetlink-log-missing", problem, "no rule can log to a group: the daemon does not start", KERNEL_PACKAGE},
    FindingKind{"modules-gone", problem, "the kernel cannot load nfnetlink_log: the daemon does not start", "reboot"},
    FindingKind{"nf-tables-missing", problem, "the daemon's rules cannot be installed: it does not start", KERNEL_PACKAGE},
    FindingKind{"iptables-missing", problem, "the daemon's rules cannot be installed: it does not start", "apt-get install iptables"},
    FindingKind{"no-owner-tables", note, "other programs can remove the daemon's rules; until it has put them back, up to a second, nothing is logged", KERNEL_PACKAGE},
    FindingKind{"no-landlock", note, "a packet that took over the worker could use every file that its user can", "<command>"},
    FindingKind{"no-seccomp", warning, "the daemon's worker cannot be confined to the system calls that it needs", KERNEL_PACKAGE},
    // Memory and buffers
    FindingKind{"receive-buffer-limited", warning, "the queue that a stall may use before the kernel drops is <part> of what is configured", "sysctl -w net.core.rmem_max=<bytes>"},
    FindingKind{"buffers-exceed-memory", warning, "full receive buffers use up the machine's memory, and the kernel kills processes", EDIT "receive_buffer: <size>"},
    // Groups and rules
    FindingKind{"group-held", problem, "every record of group <group> goes to that process; the daemon does not start", "<stop>"},
    FindingKind{"group-unread", warning, "nobody reads group <group>: the kernel throws away what these rules log", EDIT "groups: [..., <group>]"},
    FindingKind{"rule-uncounted", warning, "packets of this rule that the kernel drops at the end of a burst are in no sum of the ledger", "<command>"},
    FindingKind{"limit-uncounted", note, "what is over the limit is not logged, and nobody knows how many packets that were", "<command>"},
    FindingKind{"limit-behind-log", note, "the limit does not hold for the log: a flood fills the queue and the disk", "<command>"},
    FindingKind{"rule-threshold-low", note, "each datagram carries <records> of the <wanted> records that it could: reading costs up to six times the processor time, and a flood overruns the queue earlier", "<command>"},
    FindingKind{"rule-snaplen-small", note, "headers are cut: records have no ports, flags or addresses, and are marked as truncated", "<command>"},
    FindingKind{"default-logger-changed", warning, "what TRACE and nf_conntrack_log_invalid report for <family> goes to <destination>", "sysctl -w net.netfilter.nf_log.<number>=<logger>"},
    FindingKind{"kernel-log-off", warning, "rules that log to the kernel's own log print nothing from this network namespace", "sysctl -w net.netfilter.nf_log_all_netns=1  # on the host"},
    FindingKind{"conntrack-full", warning, "when the table is full the kernel drops packets of new connections before a rule of hook input or forward sees them: they are not logged", "sysctl -w net.netfilter.nf_conntrack_max=<entries>"},
    // Time
    FindingKind{"clock-unsynchronised", warning, "the records' times cannot be compared with those of other machines", "<command>"},
    FindingKind{"clock-wrong", problem, "records carry times of years ago: readers sort them away, and rotation by time goes wrong", "<command>"},
    // Files and disks
    FindingKind{"directory-missing", problem, "the daemon does not start; one that runs suspends the output, and drops what its queue cannot hold", "install -d -m 0750 -o <user> <directory>"},
    FindingKind{"directory-unsafe", problem, "the daemon refuses a directory in which others can exchange its files: it does not start, or suspends the output", "chown <user> <directory> && chmod go-w <directory>"},
    FindingKind{"directory-unwritable", problem, "the daemon does not start; one that runs suspends the output, and drops what its queue cannot hold", "chown <user> <directory> && chmod u+rwx <directory>"},
    FindingKind{"file-not-ours", problem, "the daemon does not append to a file of another user: it does not start, or suspends the output", "chown <user> <path>"},
    FindingKind{"file-not-regular", problem, "the daemon writes to regular files with one name only: it does not start, or suspends the output", "mv <path> <path>.old"},
    FindingKind{"file-system-read-only", problem, "nothing can be written: the daemon does not start, or suspends the output", "mount -o remount,rw <mountpoint>"},
    FindingKind{"disk-small", warning, "the disk is full before the retention takes effect; what does not fit into the output's queue is dropped then", EDIT "<setting>: <size>"},
    FindingKind{"retention-unbounded", warning, "the output grows until the disk is full, and then drops", EDIT "rotate: {size: <part>, max_total: <size>}"},
    FindingKind{"inodes-few", warning, "no further file can be made at a rotation: the output is suspended", EDIT "rotate: {keep: <keep>}"},
    FindingKind{"path-shared", problem, "outputs that write to one file cut off each other's records as torn ones, and rotate it under each other", EDIT "path: another one"},
    FindingKind{"file-shared", problem, "lines of two writers mix, and records that are torn by it are lost", "<stop>"},
    FindingKind{"logrotate-too", warning, "the file is rotated twice: names and numbers of old files no longer fit the retention, which deletes too much or too little", "mv <path> <path>.disabled"},
    FindingKind{"logrotate-copytruncate", problem, "records that come between copying and truncating are lost without being counted", "sed -i '/^[[:space:]]*copytruncate/d' <path>"},
    // Others
    FindingKind{"ulogd-wants-group", warning, "whoever starts first takes group <group>; the other does not start or logs nothing", "systemctl disable --now <unit>"},
    // Service
    FindingKind{"unit-private-network", problem, "the service sees the packets of an empty network namespace: none", DROP_IN},
    FindingKind{"unit-private-users", problem, "the kernel lets only the owner of the network namespace bind a group: the daemon does not start", DROP_IN},
    FindingKind{"unit-capability", problem, "no group can be bound: the daemon does not start", DROP_IN},
    FindingKind{"unit-families", problem, "<part> cannot make sockets of family <family>", DROP_IN},
    FindingKind{"unit-addresses", problem, "systemd drops what outputs over the network send: records wait until they are dropped", DROP_IN},
    FindingKind{"unit-read-only", problem, "the directory cannot be written to from within the service: the output is suspended", DROP_IN},
    FindingKind{"unit-memory", warning, "the kernel kills or stalls the service when its queues fill: what they held is lost", DROP_IN},
    FindingKind{"unit-journal-limit", warning, "the journal drops records beyond its limit, and tells the daemon nothing", DROP_IN},
    FindingKind{"unit-process-view", note, "the service cannot name who holds a group, nor see what settings the kernel took", DROP_IN},
    FindingKind{"user-missing", warning, "the daemon stays root; its worker can use every file that root owns", "useradd --system --no-create-home --shell /usr/sbin/nologin <user>"},
    FindingKind{"not-running", note, "what rules log to its groups is thrown away until the daemon runs", "<command>"},
    FindingKind{"degraded", warning, "the running daemon loses records, or would", "<command>"},
};
// clang-format on

}  // namespace

std::span<const FindingKind> finding_kinds() { return kKinds; }

}  // namespace nflogd::doctor
