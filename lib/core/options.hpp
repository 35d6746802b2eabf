// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the operator asked for, as plain data: the options of each stage. The
/// configuration file fills them, stages read them; neither knows the other.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/network.hpp"
#include "core/record.hpp"

namespace nflogd {

/// A place in a configuration file, counted from 1; line 0: no such place.
struct Location {
    std::string file;
    int line = 0;
    int column = 0;
};

/// "FILE:LINE:COL", the head of every message about that place.
[[nodiscard]] std::string to_string(const Location& where);

/// A source of type nflog.
struct NflogOptions {
    std::vector<std::uint16_t> groups = {100};
    std::uint32_t snaplen = 128;         ///< bytes from the network header on; 0: headers of none
    std::uint32_t queue_threshold = 64;  ///< records per datagram
    std::chrono::milliseconds flush_timeout{100};
    std::uint32_t netlink_buffer = 64 << 10;  ///< bytes of the kernel's batch
    std::uint32_t receive_buffer = 32 << 20;  ///< bytes of the socket's queue
    Location where;
};

/// Packets per `per`, as the firewall's own limit counts them.
struct RateLimit {
    enum class Unit : std::uint8_t { second, minute, hour, day };
    std::uint32_t rate = 0;
    Unit per = Unit::second;
    std::uint32_t burst = 5;
};

/// An address prefix as text in canonical form ("192.0.2.0/24", "2001:db8::1").
struct AddressMatch {
    int ip_version = 4;  ///< 4 or 6
    std::string text;
};

/// A port (first == last) or a range of ports.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
};

/// One log rule, in no backend's language. An empty list matches everything.
struct LogRule {
    std::string name;  ///< also the log prefix
    Hook hook = Hook::input;
    std::vector<std::string> in;
    std::vector<std::string> out;
    std::vector<AddressMatch> source;
    std::vector<AddressMatch> destination;
    std::vector<std::uint8_t> protocol;  ///< IANA numbers
    std::vector<PortRange> source_port;
    std::vector<PortRange> destination_port;
    std::vector<std::string> ct_state;  ///< new established related invalid untracked
    std::string match;                  ///< raw expression in the backend's own syntax
    std::uint16_t group = 100;
    std::uint16_t spread = 1;    ///< groups from `group` on that its flows are spread over
    bool high_priority = false;  ///< its group is shared with no rule of normal priority
    std::string action = "log";  ///< what records of this rule say: log accept drop reject
    std::optional<RateLimit> limit;
    std::uint32_t snaplen = 128;         ///< of the source that reads `group`
    std::uint32_t queue_threshold = 64;  ///< likewise
    Location where;
};

/// The groups that a rule logs to.
[[nodiscard]] std::vector<std::uint16_t> groups_of(const LogRule& rule);

enum class RulesBackend : std::uint8_t { nftables, iptables, none };

/// Which iptables programs to run.
enum class IptablesFlavour : std::uint8_t {
    system,  ///< iptables-restore, whatever the system made it
    nft,     ///< iptables-nft-restore
    legacy,  ///< iptables-legacy-restore
};

struct RulesOptions {
    RulesBackend backend = RulesBackend::nftables;
    std::string table = "nflogd";  ///< nftables: the table; iptables: head of every chain's name
    bool owner = true;             ///< nftables: nobody else may change the table
    IptablesFlavour flavour = IptablesFlavour::system;
    std::vector<LogRule> log;
    std::vector<std::uint16_t> groups;  ///< that the sources read
};

/// Rotation of a log file; 0 means "no such limit".
struct RotateOptions {
    std::uint64_t size = 0;            ///< rotate before the file grows past this
    std::chrono::seconds interval{0};  ///< rotate at multiples of this, in local time
    std::uint32_t keep = 0;            ///< rotated files to keep
    bool compress = false;             ///< zstd
    std::uint64_t max_total = 0;       ///< bytes of the file and all its rotated ones

    bool operator==(const RotateOptions&) const = default;
};

/// What a file output does when its disk or its quota is full.
enum class OnDiskFull : std::uint8_t {
    suspend,        ///< waits for room; what its queue cannot hold is dropped
    delete_oldest,  ///< deletes its own oldest rotated files first
};

struct FileOptions {
    std::string path;
    mode_t mode = 0640;
    std::optional<uid_t> owner;
    std::optional<gid_t> group;
    RotateOptions rotate;
    OnDiskFull on_disk_full = OnDiskFull::suspend;
    /// fdatasync at most this often; 0: never; negative: after each write.
    std::chrono::milliseconds sync{1000};

    bool operator==(const FileOptions&) const = default;
};

enum class SyslogTransport : std::uint8_t { unix_datagram, udp, tcp, tls };
enum class SyslogProtocol : std::uint8_t { rfc5424, rfc3164 };

/// How one message is told from the next on a TCP connection (RFC 6587, 3.4).
enum class SyslogFraming : std::uint8_t { octet_counting, newline };

struct SyslogReceiver {
    SyslogTransport transport = SyslogTransport::unix_datagram;
    std::string host = "/dev/log";  ///< the path of a socket, an address or a name
    std::uint16_t port = 0;
    /// Numeric ones. Of a name: as it was looked up last; empty: not found.
    std::vector<std::string> addresses;

    bool operator==(const SyslogReceiver&) const = default;
};

/// "udp://192.0.2.7:514", as in the configuration.
[[nodiscard]] std::string to_string(const SyslogReceiver& receiver);

/// RFC 5424, 6.2.1: 0 (emerg) to 7 (debug), by the action of the packet's rule and
/// by the kind of event.
struct SyslogSeverities {
    std::uint8_t log = 6;  ///< also of packets without a rule
    std::uint8_t accept = 6;
    std::uint8_t drop = 4;
    std::uint8_t reject = 4;
    std::uint8_t ledger = 5;
    std::uint8_t lifecycle = 5;

    bool operator==(const SyslogSeverities&) const = default;
};

enum class TlsVersion : std::uint8_t { tls1_2, tls1_3 };

/// A file that is read before the process is confined, while it may be read.
struct TlsFile {
    std::string path;  ///< empty: none
    std::string text;  ///< PEM

    bool operator==(const TlsFile&) const = default;
};

/// A client of TLS.
struct TlsOptions {
    /// Who signs the receiver's certificate. What the system trusts, if nothing else.
    TlsFile ca{"/etc/ssl/certs/ca-certificates.crt", {}};
    TlsFile certificate;  ///< ours, with what is between it and its authority
    TlsFile key;          ///< of `certificate`
    bool verify = true;
    std::string server_name;  ///< what the receiver's certificate must name; empty: its host
    TlsVersion minimum_version = TlsVersion::tls1_2;

    bool operator==(const TlsOptions&) const = default;
};

/// Where records wait on disk while their receiver is away.
struct SpoolOptions {
    std::string path;                ///< a directory that nothing else uses; empty: no spool
    std::uint64_t max = 1ULL << 30;  ///< bytes of all its files
    /// fdatasync at most this often; 0: never; negative: after each write.
    std::chrono::milliseconds sync{1000};

    bool operator==(const SpoolOptions&) const = default;
};

struct SyslogOptions {
    /// IANA's number for examples in documentation (RFC 5612).
    static constexpr std::uint32_t kExampleEnterprise = 32473;

    SyslogReceiver receiver;
    SyslogProtocol protocol = SyslogProtocol::rfc5424;
    std::uint8_t facility = 16;  ///< local0
    SyslogSeverities severity;
    SyslogFraming framing = SyslogFraming::octet_counting;
    std::uint32_t max_message = 8192;  ///< bytes; what is longer is cut
    std::uint32_t enterprise_number = kExampleEnterprise;
    TlsOptions tls;      ///< transport tls only
    SpoolOptions spool;  ///< tcp and tls only

    bool operator==(const SyslogOptions&) const = default;
};

struct JournaldOptions {
    std::string socket = "/run/systemd/journal/socket";  ///< of the native protocol
    SyslogSeverities severity;

    bool operator==(const JournaldOptions&) const = default;
};

/// A socket that local readers attach to.
struct SocketOptions {
    std::string path;
    mode_t mode = 0660;  ///< attaching takes the right to write
    std::optional<uid_t> owner;
    std::optional<gid_t> group;
    std::uint32_t readers = 16;         ///< attached at a time, at most
    std::uint64_t buffer = 1ULL << 20;  ///< bytes of records that a reader may be behind
    /// The listening socket at `path`, which a confined process cannot make; not owned.
    int listener = -1;

    bool operator==(const SocketOptions&) const = default;
};

/// What of a record chooses its partition.
enum class KafkaKey : std::uint8_t { none, host, community_id };

/// A property of librdkafka as the operator wrote it.
struct KafkaProperty {
    std::string name;
    std::string value;

    bool operator==(const KafkaProperty&) const = default;
};

struct KafkaOptions {
    std::vector<std::string> brokers;  ///< HOST:PORT, to begin with
    std::string topic;
    KafkaKey key = KafkaKey::host;
    std::string compression = "none";  ///< as librdkafka calls it
    SpoolOptions spool;
    std::vector<KafkaProperty> properties;
    std::string host;  ///< of the whole configuration

    bool operator==(const KafkaOptions&) const = default;
};

/// Which rows of fields.def an output prints: bits of Record::present and of
/// Headers::present that count, of the packet and of the one quoted in it.
struct FieldSelection {
    std::uint64_t envelope = ~std::uint64_t{0};
    std::uint64_t packet = ~std::uint64_t{0};
    std::uint64_t inner = ~std::uint64_t{0};

    bool operator==(const FieldSelection&) const = default;
};

/// What the kernel's LOG prints only when it is told to (`log flags` of nftables).
struct KernelLogFlags {
    bool tcp_sequence = false;
    bool tcp_options = false;
    bool ip_options = false;
    bool uid = false;
    bool mac_decode = false;

    bool operator==(const KernelLogFlags&) const = default;
};

/// What stands before a line of format kernel.
enum class KernelLogHead : std::uint8_t {
    bsd,   ///< "Nov 23 10:03:54 gw1 kernel: "
    iso,   ///< "2026-11-23T10:03:54.123456Z gw1 kernel: "
    none,  ///< nothing
};

/// How the format of an output prints packets; each format reads what is its own.
struct TextOptions {
    KernelLogFlags kernel_flags;
    KernelLogHead kernel_head = KernelLogHead::bsd;
    bool line_time = true;             ///< line: begins with the time
    FieldSelection fields;             ///< json, ecs
    std::optional<bool> community_id;  ///< json: no unless asked for; ecs, cef, ocsf: yes
    std::uint16_t community_id_seed = 0;
    bool strict_ipv6 = false;                ///< cef: IPv6 addresses in c6a2 and c6a3
    std::vector<Network> internal_networks;  ///< of the whole configuration

    bool operator==(const TextOptions&) const = default;
};

}  // namespace nflogd
