// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Any text as a filter: it is refused with a place within it, or matched against
/// records whose absent members are hostile, which must not matter.
#include <cstdio>
#include <string>

#include "filter/filter.hpp"
#include "fuzz.hpp"
#include "record_check.hpp"

using namespace nflogd;
using namespace nflogd::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Labels labels;
    static const auto label = *labels.add("rule", "drop");
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto filter = filter::Filter::parse(text);
    if (!filter) {
        std::size_t column = 0;
        require(std::sscanf(filter.error().message.c_str(), "column %zu: ", &column) == 1,
                "an error says where", filter.error().message);
        require(column >= 1 && column <= size + 1, "that is within the text", text);
        return 0;
    }
    Record a = filled(0);
    Record b = filled(0xff);
    for (Record* record : {&a, &b}) {
        record->rule = label;
        record->set(Field::rule);
        record->packet.dest_port = 22;
        record->packet.set(HeaderField::dest_port);
    }
    require(filter->matches(a, labels) == filter->matches(b, labels),
            "a field that is absent was looked at", text);
    return 0;
}
