// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode/json_event.hpp"

#include <array>
#include <string_view>
#include <type_traits>

#include "core/time_text.hpp"
#include "decode/json_values.hpp"

namespace nflogd::decode {
namespace {

namespace ondemand = simdjson::ondemand;

using Value = ondemand::value;

/// Calls `member(name, value)` for each; it returns false where a value is wrong.
template <typename Member>
bool each_member(simdjson::simdjson_result<ondemand::object> from, Member member) {
    ondemand::object object;
    if (std::move(from).get(object) != simdjson::SUCCESS) return false;
    for (auto one : object) {
        ondemand::field field;
        std::string_view name;
        if (std::move(one).get(field) != simdjson::SUCCESS) return false;
        if (field.unescaped_key().get(name) != simdjson::SUCCESS) return false;
        if (!member(name, field.value())) return false;
    }
    return true;
}

bool read(Value& value, std::uint64_t& out) {
    const auto number = json_number(value.raw_json_token());
    if (number) out = *number;
    return number.has_value();
}

bool read(Value& value, std::optional<std::uint64_t>& out) {
    out = json_number(value.raw_json_token());
    return out.has_value();
}

bool read(Value& value, std::uint16_t& out) {
    const auto number = json_number(value.raw_json_token());
    if (!number || *number > 0xffff) return false;
    out = static_cast<std::uint16_t>(*number);
    return true;
}

bool read(Value& value, std::string& out) {
    const auto inside = json_inside(value.raw_json_token());
    if (inside) out = json_string(*inside);
    return inside.has_value();
}

bool read_time(Value& value, std::uint64_t& out) {
    const auto inside = json_inside(value.raw_json_token());
    const auto time = inside ? UtcReader().read(*inside) : std::nullopt;
    if (time) out = *time;
    return time.has_value();
}

template <typename Row, typename Type>
struct Member {
    std::string_view name;
    Type Row::*place;
};
template <typename Row, typename Type>
Member(const char*, Type Row::*) -> Member<Row, Type>;

/// Reads the one of `members` that is called `name`; true if none is.
template <typename Row, typename... Types>
bool read_one(std::string_view name, Value& value, Row& row, const Member<Row, Types>&... members) {
    bool good = true;
    static_cast<void>(
        ((name == members.name && (good = read(value, row.*members.place), true)) || ...));
    return good;
}

bool read_row(std::string_view name, Value& value, RuleLedger& row) {
    return read_one(
        name, value, row, Member{"rule", &RuleLedger::rule},
        Member{"matched", &RuleLedger::matched}, Member{"suppressed", &RuleLedger::suppressed},
        Member{"logged", &RuleLedger::logged}, Member{"lost_kernel", &RuleLedger::lost_kernel});
}

bool read_row(std::string_view name, Value& value, GroupLedger& row) {
    return read_one(name, value, row, Member{"group", &GroupLedger::group},
                    Member{"received", &GroupLedger::received},
                    Member{"lost_kernel", &GroupLedger::lost_kernel});
}

bool read_row(std::string_view name, Value& value, OutputLedger& row) {
    return read_one(
        name, value, row, Member{"output", &OutputLedger::output},
        Member{"written", &OutputLedger::written}, Member{"filtered", &OutputLedger::filtered},
        Member{"dropped", &OutputLedger::dropped}, Member{"failed", &OutputLedger::failed},
        Member{"queued", &OutputLedger::queued}, Member{"spooled", &OutputLedger::spooled});
}

template <typename Row>
bool read_rows(Value& value, std::vector<Row>& rows) {
    ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return false;
    for (auto element : array) {
        Row row;
        const bool read = each_member(
            element.get_object(),
            [&row](std::string_view name, Value& member) { return read_row(name, member, row); });
        if (!read) return false;
        rows.push_back(std::move(row));
    }
    return true;
}

/// The objects `decode` and `netlink`.
bool read_sums(Value& value, Ledger& out) {
    return each_member(value.get_object(), [&out](std::string_view name, Value& member) {
        return read_one(name, member, out, Member{"malformed", &Ledger::malformed},
                        Member{"truncated", &Ledger::truncated},
                        Member{"overruns", &Ledger::overruns},
                        Member{"socket_drops", &Ledger::socket_drops},
                        Member{"cut_datagrams", &Ledger::cut_datagrams});
    });
}

}  // namespace

bool read_ledger(ondemand::document& document, Ledger& out) {
    return each_member(document.get_object(), [&out](std::string_view name, Value& value) {
        if (name == "timestamp") return read_time(value, out.timestamp_ns);
        if (name == "rules") return read_rows(value, out.rules);
        if (name == "groups") return read_rows(value, out.groups);
        if (name == "outputs") return read_rows(value, out.outputs);
        if (name == "decode" || name == "netlink") return read_sums(value, out);
        if (name == "final") out.final = value.raw_json_token().substr(0, 4) == "true";
        return true;
    });
}

bool read_lifecycle(ondemand::document& document, Lifecycle& out) {
    return each_member(document.get_object(), [&out](std::string_view name, Value& value) {
        if (name == "timestamp") return read_time(value, out.timestamp_ns);
        if (name == "change") return read(value, out.change);
        if (name == "event" || name == "host") return true;
        std::pair<std::string, std::string> detail(std::string(name), {});
        if (read(value, detail.second)) out.details.push_back(std::move(detail));
        return true;
    });
}

}  // namespace nflogd::decode
