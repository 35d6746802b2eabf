// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The settings of a systemd unit with its drop-ins, as systemd.unit(5) reads them:
/// files in name order, /etc before /run before /usr where two have one name. Only the
/// section [Service]. Any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nflogd::doctor {

class UnitFile {
public:
    /// Nothing if no such unit is installed below `root`.
    static std::optional<UnitFile> read(const std::string& root, const std::string& name);

    /// All values of a setting since the last empty one, in their order.
    [[nodiscard]] std::vector<std::string> values(const std::string& key) const;
    /// The last of them; empty: none.
    [[nodiscard]] std::string value(const std::string& key) const;
    /// The words of all of them.
    [[nodiscard]] std::vector<std::string> words(const std::string& key) const;
    /// yes, true, on or 1.
    [[nodiscard]] bool is_on(const std::string& key) const;

private:
    void take(const std::string& text);

    std::map<std::string, std::vector<std::string>> values_;
};

/// "512M" in bytes; nothing if it is no number (infinity, a percentage).
[[nodiscard]] std::optional<unsigned long long> unit_bytes(const std::string& text);

}  // namespace nflogd::doctor
