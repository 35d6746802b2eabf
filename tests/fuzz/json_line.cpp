// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Any line as one of the format json: it is refused, or what it says can be printed in
/// every format, and printed as json and read again it says the same.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "decode/json_record.hpp"
#include "fakes/line_text.hpp"
#include "fuzz.hpp"
#include "json_text.hpp"
#include "pipeline/registry.hpp"
#include "record_check.hpp"

using namespace nflogd;
using namespace nflogd::fuzz;
using decode::JsonLine;
using decode::JsonReader;

namespace {

constexpr FieldSelection kFew{std::uint64_t{1} << static_cast<unsigned>(Field::rule),
                              std::uint64_t{1} << static_cast<unsigned>(HeaderField::src_ip), 0};

class Check {
public:
    void line(std::string_view text) {
        Record a = filled(0);
        Record b = filled(0xff);
        const JsonLine kind = read(text, a);
        require(kind == read(text, b), "the same line is the same kind", text);
        if (kind == JsonLine::packet) return packet(a, b);
        if (kind == JsonLine::ledger || kind == JsonLine::lifecycle) event(kind);
    }

private:
    JsonLine read(std::string_view text, Record& record) {
        const auto padded = std::make_unique<char[]>(text.size() + JsonReader::kPadding);
        std::copy(text.begin(), text.end(), padded.get());
        const std::string_view line(padded.get(), text.size());
        Record few = filled(0xff);
        const JsonLine kind_of_few = few_.read(line, few);
        const JsonLine kind = all_.read(line, record);
        require(kind == JsonLine::malformed || kind == kind_of_few,
                "few fields suffice for the kind");
        return kind;
    }

    void packet(const Record& a, const Record& b) {
        std::vector<char> text_a(format::kMaxPacketText);
        std::vector<char> text_b(format::kMaxPacketText);
        for (const char* name : {"line", "ecs", "cef", "ocsf", "json"}) {
            const auto formatter = pipeline::make_formatter(name, {"host", labels_.get()});
            const std::string_view of_a(text_a.data(), formatter->packet(a, text_a));
            const std::string_view of_b(text_b.data(), formatter->packet(b, text_b));
            require(of_a == of_b, "a field that is present was stored", of_a);
            require(fakes::fault_of_line(of_a) == nullptr, "one harmless line", of_a);
        }
        const std::string_view json = first_line(text_a);
        require(is_json_object(json), "a JSON object", json);
        Record again = filled(0x55);
        require(read(json, again) == JsonLine::packet, "what was read can be read again", json);
        const auto formatter = pipeline::make_formatter("json", {"host", labels_.get()});
        formatter->packet(again, text_b);
        require(json == first_line(text_b), "and says the same", json);
    }

    void event(JsonLine kind) {
        const Event event = all_.event();
        const std::string json = print(event);
        Record record = filled(0);
        require(fakes::fault_of_line(json) == nullptr, "one harmless line", json);
        require(read(std::string_view(json).substr(0, json.size() - 1), record) == kind,
                "an event that was read can be read again", json);
        require(print(all_.event()) == json, "and says the same", json);
    }
    std::string print(const Event& event) {
        std::string text;
        pipeline::make_formatter("json", {"host", labels_.get()})->event(event, text);
        return text;
    }
    static std::string_view first_line(const std::vector<char>& text) {
        return {text.data(),
                static_cast<std::size_t>(std::find(text.begin(), text.end(), '\n') - text.begin())};
    }

    std::unique_ptr<Labels> labels_ = std::make_unique<Labels>();
    JsonReader all_{*labels_};
    JsonReader few_{*labels_, kFew};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Check check;
    check.line({reinterpret_cast<const char*>(data), size});
    return 0;
}
