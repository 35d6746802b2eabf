// SPDX-License-Identifier: GPL-2.0-or-later
#include "record_check.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/fields.hpp"
#include "fakes/line_text.hpp"
#include "fuzz.hpp"
#include "json_text.hpp"
#include "pipeline/registry.hpp"

namespace nflogd::fuzz {
namespace {

/// Formats whose every line is a JSON object.
constexpr std::string_view kJsonFormats[] = {"json", "ecs", "ocsf"};
/// Formats that are no lines.
constexpr std::string_view kBinaryFormats[] = {"pcap"};

template <std::size_t Count>
bool is_one_of(const std::string_view (&names)[Count], std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void name_interface(Interface& interface, std::string_view name) {
    interface.name.fill('\0');
    const auto end = std::find(name.begin(), name.end(), '\0');
    std::copy(name.begin(), end, interface.name.begin());
}

void name_interfaces(Record& record) {
    const std::string_view name =
        record.has(Field::prefix) ? record.prefix_text() : std::string_view();
    const auto short_name = name.substr(0, sizeof(Interface::name) - 1);
    if (record.has(Field::in_iface)) name_interface(record.in_iface, short_name);
    if (record.has(Field::out_iface)) name_interface(record.out_iface, short_name);
    if (record.has(Field::phys_in)) name_interface(record.phys_in, short_name);
    if (record.has(Field::phys_out)) name_interface(record.phys_out, short_name);
}

/// Of several authentication headers and ESP the last one's SPI is told, which a
/// cut moves.
std::uint64_t last_of_a_chain(const Headers& headers) {
    constexpr std::uint64_t kSpi = std::uint64_t{1} << static_cast<unsigned>(HeaderField::spi);
    return headers.ip_version == 6 ? kSpi : 0;
}

}  // namespace

Record filled(std::uint8_t byte) {
    Record record;
    std::memset(static_cast<void*>(&record), byte, sizeof record);
    record.clear();
    return record;
}

RecordCheck::RecordCheck()
    : labels_(std::make_unique<Labels>()),
      text_a_(format::kMaxPacketText),
      text_b_(format::kMaxPacketText) {
    const auto label = *labels_->add("rule", "drop");
    rules_ = enrich::RuleIndex({{"rule", 100, label}});
    for (const std::string& name : pipeline::format_names()) {
        formats_.push_back({name, pipeline::make_formatter(name, {"host", labels_.get()})});
    }
}

void RecordCheck::check(Record& a, Record& b) {
    for (Record* record : {&a, &b}) {
        rules_.apply(*record);
        name_interfaces(*record);
    }
    for (const Format& format : formats_) {
        const std::string_view text = print(format, a, text_a_);
        require(text == print(format, b, text_b_), "a field that is present was stored", text);
        check_text(format, text);
    }
}

std::string_view RecordCheck::print(const Format& format, const Record& record,
                                    std::vector<char>& out) {
    const std::size_t size = format.formatter->packet(record, out);
    require(size <= format::kMaxPacketText, "no text is longer than kMaxPacketText");
    return {out.data(), size};
}

void RecordCheck::check_text(const Format& format, std::string_view text) const {
    if (is_one_of(kBinaryFormats, format.name)) return;
    const char* fault = fakes::fault_of_line(text);
    require(fault == nullptr, fault == nullptr ? "" : fault, text);
    if (!is_one_of(kJsonFormats, format.name)) return;
    require(is_json_object(text), "a JSON object", text);
}

bool holds(const Headers& whole, const Headers& part) {
    if ((part.present & ~whole.present) != 0) return false;
    const std::uint64_t compared = part.present & ~last_of_a_chain(whole);
    for (std::uint64_t rest = compared; rest != 0; rest &= rest - 1) {
        const auto& row = kHeaderFields[static_cast<std::size_t>(std::countr_zero(rest))];
        const auto at = [&row](const Headers& headers) {
            return reinterpret_cast<const char*>(&headers) + row.offset;
        };
        if (std::memcmp(at(whole), at(part), row.size) != 0) return false;
    }
    return true;
}

}  // namespace nflogd::fuzz
