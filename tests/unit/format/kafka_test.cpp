// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/kafka.hpp"

#include "allocations.hpp"
#include "catch.hpp"
#include "records.hpp"
#include "siem.hpp"

using namespace nflogd;

namespace {

format::FormatOptions options() { return {"gw1", &fakes::example_labels(), false}; }

std::unique_ptr<format::Formatter> make(KafkaKey key, std::string host = "gw1") {
    KafkaOptions kafka;
    kafka.key = key;
    kafka.host = std::move(host);
    return format::make_kafka(format::make_json(options()), kafka, 0);
}

struct Message {
    std::string key;
    std::string text;
};

Message apart(const std::string& framed) {
    const std::size_t length = static_cast<unsigned char>(framed.at(0));
    REQUIRE(framed.size() > 1 + length);
    return {framed.substr(1, length), framed.substr(1 + length)};
}

std::string event_text(format::Formatter& formatter, const Event& event) {
    std::string out;
    formatter.event(event, out);
    return out;
}

}  // namespace

TEST_CASE("before the text is the key that the operator chose") {
    const auto json = format::make_json(options());
    for (const auto& [name, record] : fakes::example_records()) {
        CAPTURE(name);
        const std::string text = fakes::format_packet(*json, record);
        for (const auto& [key, expected] :
             {std::pair{KafkaKey::none, ""}, {KafkaKey::host, "gw1"}}) {
            const auto kafka = make(key);
            const Message message = apart(fakes::format_packet(*kafka, record));
            REQUIRE(message.key == expected);
            REQUIRE(message.text == text);
        }
    }
}

TEST_CASE("a flow's key is its Community ID, and what is no flow has none") {
    TextOptions with_id;
    with_id.community_id = true;
    const auto json = format::make_json({"gw1", &fakes::example_labels(), false, {}, with_id});
    const auto kafka = make(KafkaKey::community_id);
    std::size_t flows = 0;
    for (const auto& [name, record] : fakes::example_records()) {
        CAPTURE(name);
        const Message message = apart(fakes::format_packet(*kafka, record));
        const std::string id = "\"community_id\":\"" + message.key + "\"";
        const std::string text = fakes::format_packet(*json, record);
        REQUIRE((text.find("\"community_id\"") == std::string::npos) == message.key.empty());
        if (message.key.empty()) continue;
        REQUIRE(text.find(id) != std::string::npos);
        ++flows;
    }
    REQUIRE(flows > 3);
}

TEST_CASE("events have the host as key unless there is to be none") {
    const auto json = format::make_json(options());
    for (const Event& event : fakes::example_events()) {
        const std::string text = event_text(*json, event);
        for (const auto& [key, expected] : {std::pair{KafkaKey::none, ""},
                                            {KafkaKey::host, "gw1"},
                                            {KafkaKey::community_id, "gw1"}}) {
            const Message message = apart(event_text(*make(key), event));
            REQUIRE(message.key == expected);
            REQUIRE(message.text == text);
        }
    }
}

TEST_CASE("the longest key and the longest text have room, and cost no allocation") {
    const auto kafka = make(KafkaKey::host, std::string(300, 'h'));
    const Record record = fakes::longest_record();
    std::string out(format::kMaxPacketText, '\0');
    kafka->packet({record, {}}, out);
    const auto before = allocations();
    const std::size_t size = kafka->packet({record, {}}, out);
    REQUIRE(allocations() == before);
    REQUIRE(size <= format::kMaxPacketText);
    REQUIRE(apart(out.substr(0, size)).key == std::string(255, 'h'));
}
