// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/words.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <linux/limits.h>
#include <pwd.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdint>
#include <vector>

#include "config/quantity.hpp"
#include "config/text.hpp"

namespace nflogd::config {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kNameBytes =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::string_view kUserBytes =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
constexpr std::size_t kLongestTable = 21;
constexpr std::size_t kLongestUser = 32;   // useradd(8)
constexpr std::size_t kLongestHost = 255;  // RFC 1035
constexpr std::size_t kLongestExpression = 2048;
constexpr std::size_t kLongestSocket = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t kMostEntry = 1U << 20;  // bytes of a passwd or group entry

Error bad(std::string message) { return {std::move(message), EX_CONFIG}; }

bool consists_of(std::string_view text, std::string_view bytes) {
    return text.find_first_not_of(bytes) == std::string_view::npos;
}

Result<std::string> check_path(std::string_view text, std::size_t longest) {
    if (text.starts_with('/') && !text.ends_with('/') && text.size() <= longest &&
        printable(text)) {
        return std::string(text);
    }
    return bad(fmt::format("must be the absolute path of a file (at most {} bytes), is {}", longest,
                           quote(text)));
}

/// getpwnam_r(3) or getgrnam_r(3): calls `look_up` with more and more room.
/// Returns its errno value.
template <typename LookUp>
int with_buffer(LookUp look_up) {
    std::vector<char> buffer(4096);
    for (;;) {
        const int error = look_up(buffer);
        if (error != ERANGE || buffer.size() >= kMostEntry) return error;
        buffer.resize(buffer.size() * 2);
    }
}

bool is_number(std::string_view text) { return !text.empty() && consists_of(text, "0123456789"); }

/// -1 means "leave it as it is" to chown(2).
Result<std::uint32_t> parse_id(std::string_view text) {
    const auto id = parse_integer(text, {0, 0xFFFFFFFEU});
    if (!id) return id.error();
    return static_cast<std::uint32_t>(*id);
}

Error no_such(std::string_view what, std::string_view name, int error) {
    const std::string message = fmt::format("no {} {} on this machine", what, quote(name));
    return error == 0 ? bad(message) : system_error(error, message, EX_CONFIG);
}

}  // namespace

Result<std::string> parse_name(std::string_view text) {
    const bool trimmed = !text.starts_with(' ') && !text.ends_with(' ');
    if (!text.empty() && text.size() <= kLongestName && trimmed && printable(text) &&
        text.find_first_of("\"\\$") == std::string_view::npos) {
        return std::string(text);
    }
    return bad(
        fmt::format("must be 1..{} printable bytes without \" \\ $ and without space at "
                    "either end, is {}",
                    kLongestName, quote(text)));
}

Result<std::string> parse_table(std::string_view text) {
    if (!text.empty() && text.size() <= kLongestTable && consists_of(text.substr(0, 1), kLetters) &&
        consists_of(text, kNameBytes)) {
        return std::string(text);
    }
    return bad(fmt::format("must be a letter and up to {} letters, digits, _ or -, is {}",
                           kLongestTable - 1, quote(text)));
}

Result<std::string> parse_host(std::string_view text) {
    if (!text.empty() && text.size() <= kLongestHost && printable(text) &&
        text.find(' ') == std::string_view::npos) {
        return std::string(text);
    }
    return bad(fmt::format("must be 1..{} printable bytes without space, is {}", kLongestHost,
                           quote(text)));
}

Result<std::string> parse_path(std::string_view text) { return check_path(text, PATH_MAX - 1); }

Result<std::string> parse_socket_path(std::string_view text) {
    return check_path(text, kLongestSocket);
}

Result<std::string> parse_user(std::string_view text) {
    if (!text.empty() && text.size() <= kLongestUser && !text.starts_with('-') &&
        consists_of(text, kUserBytes)) {
        return std::string(text);
    }
    return bad("must be the name of a user, is " + quote(text));
}

Result<std::string> parse_expression(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return std::string();
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    const std::string_view trimmed = text.substr(first, last - first + 1);
    if (trimmed.size() <= kLongestExpression && printable(trimmed)) return std::string(trimmed);
    return bad(fmt::format("must be one line of at most {} printable bytes", kLongestExpression));
}

Result<uid_t> parse_uid(std::string_view text) {
    if (is_number(text)) return parse_id(text);
    const auto name = parse_user(text);
    if (!name) return name.error();
    passwd entry{};
    passwd* found = nullptr;
    const int error = with_buffer([&](std::vector<char>& buffer) {
        return getpwnam_r(name->c_str(), &entry, buffer.data(), buffer.size(), &found);
    });
    if (found == nullptr) return no_such("user", text, error);
    return entry.pw_uid;
}

Result<gid_t> parse_gid(std::string_view text) {
    if (is_number(text)) return parse_id(text);
    const auto name = parse_user(text);
    if (!name) return bad("must be the name of a group, is " + quote(text));
    group entry{};
    group* found = nullptr;
    const int error = with_buffer([&](std::vector<char>& buffer) {
        return getgrnam_r(name->c_str(), &entry, buffer.data(), buffer.size(), &found);
    });
    if (found == nullptr) return no_such("group", text, error);
    return entry.gr_gid;
}

}  // namespace nflogd::config
