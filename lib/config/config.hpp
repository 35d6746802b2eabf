// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The configuration as plain structs, and its loader. yaml-cpp and its
/// exceptions stay inside this folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/options.hpp"
#include "core/prefix_pattern.hpp"
#include "core/result.hpp"

namespace nflogd::config {

struct StdoutOptions {
    bool operator==(const StdoutOptions&) const = default;
};

struct OutputConfig {
    std::string name;
    std::string type;             ///< a row of the table of sinks
    std::string format;           ///< a row of the table of formats
    std::string filter;           ///< an expression of lib/filter; empty: all packets
    std::uint32_t queue = 16384;  ///< records that may wait for this output
    TextOptions text;
    std::variant<StdoutOptions, FileOptions, SyslogOptions, JournaldOptions, SocketOptions,
                 KafkaOptions>
        options;
    Location where;
};

/// Where Prometheus finds the metrics; empty: nowhere.
struct MetricsAddress {
    std::string path;        ///< of a UNIX stream socket
    std::string host;        ///< or a loopback address ...
    std::uint16_t port = 0;  ///< ... and its TCP port

    bool operator==(const MetricsAddress&) const = default;
};

struct Metrics {
    MetricsAddress listen;
    std::string textfile;               ///< empty: none
    std::chrono::seconds interval{15};  ///< between two writings of the file
};

/// Where the daemon is asked for its state.
inline constexpr const char* kControlSocket = "/run/nflogd/control.sock";

struct Config {
    std::string host;    ///< default: the hostname
    std::string run_as;  ///< empty: the user that started the daemon
    std::string control_socket = kControlSocket;
    std::vector<Network> internal_networks;  ///< in the TextOptions of every output, too
    std::vector<NflogOptions> sources;
    RulesOptions rules;
    std::vector<PrefixRule> prefixes;  ///< what the operator's own log prefixes say
    std::vector<OutputConfig> outputs;
    std::chrono::seconds ledger_interval{10};
    Metrics metrics;
};

/// One thing that is wrong: "FILE:LINE:COL: message"; line 0 if a file as a whole
/// is meant. Columns count bytes.
struct Problem {
    Location where;
    std::string message;
};

struct Loaded {
    Config config;  ///< usable only if there are no problems
    std::vector<Problem> problems;
};

/// What an output may name and other stages know.
struct Known {
    std::vector<std::string> formats;
    std::vector<std::string> binary_formats;  ///< of these, those that are no lines of text
    /// Whether a filter can be read, and why not; without it no output has one.
    std::function<Status(std::string_view)> check_filter;
    /// Why librdkafka refuses a property, as far as it is there to be asked.
    std::function<Status(const std::string& name, const std::string& value)> check_kafka;
};

/// Reads the files in order as one configuration: scalars of a later file win,
/// lists (sources, rules.log, outputs) are joined. Reports every problem, not
/// only the first.
Loaded load(const std::vector<std::string>& files, const Known& known);

/// The same for text that is not in a file; `name` stands for the file's name.
Loaded load_text(std::string_view text, const std::string& name, const Known& known);

/// The files that make the configuration when none is named on the command line:
/// DIRECTORY/nflogd.yaml and DIRECTORY/conf.d/*.yaml in name order. Empty if
/// there is no nflogd.yaml. A conf.d that may not be read is named itself, so that
/// loading it says why.
std::vector<std::string> default_files(const std::string& directory = "/etc/nflogd");

/// What runs without any file: log new connections on input and forward.
/// `terminal`: stdout is one, so records are shown there too.
std::string embedded_default(bool terminal);

}  // namespace nflogd::config
