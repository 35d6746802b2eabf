// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Input: a filter's text and, behind the first byte 0, an IPv4 or IPv6 packet that
/// it is put to.
#include "filter/filter.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "fakes/line_text.hpp"
#include "fuzz.hpp"
#include "pipeline/replay.hpp"
#include "record_check.hpp"

using namespace nflogd;

namespace {

const Labels& labels() {
    static const auto made = [] {
        auto table = std::make_unique<Labels>();
        table->add("rule", "drop");
        return table;
    }();
    return *made;
}

/// As a rule logged it on eth0; what it does not have is `fill`.
Record read(Bytes packet, std::uint8_t fill) {
    pipeline::ChunkReader reader({packet, source::Encoding::raw_ip, 1, 0});
    Record record = fuzz::filled(fill);
    fuzz::require(reader.next(record), "every packet is a record");
    record.rule = 0;
    record.in_iface = {7, {'e', 't', 'h', '0'}};
    for (const Field field : {Field::rule, Field::action, Field::in_iface}) record.set(field);
    return record;
}

void check_mistake(const filter::Mistake& mistake, std::string_view text) {
    fuzz::require(fakes::fault_of_line(mistake.message + '\n') == nullptr, "a message is harmless",
                  mistake.message);
    fuzz::require(mistake.column >= 1 && mistake.column <= text.size() + 1,
                  "a mistake is at a byte of the text", mistake.message);
}

void check_filter(const filter::Filter& filter, const std::string& text, Bytes packet) {
    const Record record = read(packet, 0xaa);
    const bool taken = filter.matches(record, labels());
    fuzz::require(filter.matches(read(packet, 0x55), labels()) == taken,
                  "a filter looks at what is present only", text);
    if (text.size() + 5 > filter::kMaxText) return;
    const std::string negated = "not(" + text + ")";
    const auto other = filter::compile(negated);
    const auto* opposite = std::get_if<filter::Filter>(&other);
    if (opposite == nullptr) return;  // one parenthesis too many
    fuzz::require(opposite->matches(record, labels()) != taken, "`not` says the opposite", text);
    if (2 * text.size() + 10 > filter::kMaxText) return;
    const auto both = filter::compile("(" + text + ")and not(" + text + ")");
    if (const auto* never = std::get_if<filter::Filter>(&both)) {
        fuzz::require(!never->matches(record, labels()), "nothing is both", text);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const std::string text(all.substr(0, all.find('\0')));
    const Bytes packet = Bytes(data, size).subspan(std::min(size, text.size() + 1));
    const auto compiled = filter::compile(text);
    if (const auto* mistake = std::get_if<filter::Mistake>(&compiled)) {
        check_mistake(*mistake, text);
    } else {
        check_filter(std::get<filter::Filter>(compiled), text, packet);
    }
    return 0;
}
