// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config.hpp"

namespace nflogd::config {
namespace {

/// config/nflogd.yaml, which is installed, says the same with explanations; a
/// test compares the two.
constexpr std::string_view kBuiltin = R"(
sources:
  - type: nflog
    groups: [100]
rules:
  backend: nftables
  table: nflogd
  log:
    - {name: input-new, hook: input, ct_state: [new]}
    - {name: forward-new, hook: forward, ct_state: [new]}
outputs:
  - name: main
    type: file
    path: /var/log/nflogd/nflogd.json
    format: json
    rotate: {size: 100MiB, interval: 1d, keep: 14, compress: zstd, max_total: 2GiB}
)";

constexpr std::string_view kTerminal = R"(
  - name: terminal
    type: stdout
    format: line
)";

}  // namespace

std::string embedded_default(bool terminal) {
    std::string text(kBuiltin);
    if (terminal) text += kTerminal;
    return text;
}

}  // namespace nflogd::config
