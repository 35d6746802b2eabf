// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode/json_record.hpp"

#include <simdjson.h>

#include <cstring>

#include "core/fields.hpp"
#include "core/names.hpp"
#include "decode/json_event.hpp"
#include "decode/json_fields.hpp"
#include "decode/json_keys.hpp"
#include "decode/json_values.hpp"

namespace nflogd::decode {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(JsonReader::kPadding >= simdjson::SIMDJSON_PADDING);

constexpr JsonKeys kKeys;

JsonLine kind_named(std::string_view name) {
    if (name == "packet") return JsonLine::packet;
    if (name == "ledger") return JsonLine::ledger;
    if (name == "lifecycle") return JsonLine::lifecycle;
    return name == "missed" ? JsonLine::missed : JsonLine::other;
}

/// Without a copy: one that is read at once waits for the stores that made it, and that
/// is half of the time that a line takes.
ondemand::field& in_place(simdjson::simdjson_result<ondemand::field>& member) {
    return member.value_unsafe();
}

}  // namespace

/// Goes through a line's members once, in their order, and stops at the last one wanted.
class JsonReader::Walk {
public:
    Walk(Labels& labels, const FieldSelection& wanted)
        : parser_(kMaxLine), wanted_(wanted), fields_(labels) {}

    JsonLine read(std::string_view line, Record& record) {
        record.clear();
        record.timestamp_ns = 0;  // formats print it unasked
        kind_ = JsonLine::other;
        host_.clear();
        missed_ = 0;
        if (line.size() > kMaxLine) return JsonLine::malformed;
        ondemand::document document;
        const auto error =
            parser_.iterate(line.data(), line.size(), line.size() + kPadding).get(document);
        if (error != simdjson::SUCCESS || !read_members(document, record)) {
            return JsonLine::malformed;
        }
        if (is_event() && !read_event(document)) return JsonLine::malformed;
        return kind_;
    }

    [[nodiscard]] const Event& event() const { return event_; }
    [[nodiscard]] std::uint64_t missed() const { return missed_; }
    [[nodiscard]] const std::string& host() const { return host_; }

private:
    using Kind = JsonKey::Kind;

    bool read_members(ondemand::document& document, Record& record) {
        ondemand::object object;
        if (document.get_object().get(object) != simdjson::SUCCESS) return false;
        fields_.start();
        FieldPlace envelope{reinterpret_cast<char*>(&record), &record.present};
        FieldPlace packet{reinterpret_cast<char*>(&record.packet), &record.packet.present};
        for (auto member : object) {
            if (member.error() != simdjson::SUCCESS) return false;
            ondemand::field& field = in_place(member);
            const JsonKey key = kKeys.find(field.key().raw());
            ondemand::value& value = field.value();
            bool good = true;
            switch (is_event() && key.kind != Kind::host ? Kind::unknown : key.kind) {
                case Kind::unknown: break;
                case Kind::envelope:
                    good = read_field<Kind::envelope>(key, value, wanted_.envelope, envelope);
                    break;
                case Kind::header:
                    good = read_field<Kind::header>(key, value, wanted_.packet, packet);
                    break;
                case Kind::inner: good = wanted_.inner == 0 || read_inner(value, record); break;
                default: good = read_word(key.kind, value.raw_json_token());
            }
            if (!good) return false;
            if (is_complete(record)) break;
        }
        fields_.finish(record);
        return true;
    }

    template <Kind Of>
    bool read_field(JsonKey key, ondemand::value& value, std::uint64_t wanted, FieldPlace& place) {
        if ((wanted >> key.row & 1U) == 0) return true;
        const auto& row = Of == Kind::envelope ? kEnvelopeFields[key.row] : kHeaderFields[key.row];
        if (row.type == FieldType::tcp_flags) return read_flags(row, key.row, value, place);
        return fields_.read(row, key.row, value.raw_json_token(), place);
    }

    bool read_inner(ondemand::value& value, Record& record) {
        ondemand::object object;
        if (value.get_object().get(object) != simdjson::SUCCESS) return false;
        record.quotes = true;
        FieldPlace place{reinterpret_cast<char*>(&record.inner), &record.inner.present};
        for (auto member : object) {
            if (member.error() != simdjson::SUCCESS) return false;
            ondemand::field& field = in_place(member);
            const JsonKey key = kKeys.find(field.key().raw());
            if (key.kind != Kind::header) continue;
            if (!read_field<Kind::header>(key, field.value(), wanted_.inner, place)) return false;
        }
        return true;
    }

    static bool read_flags(const FieldRow& row, unsigned index, ondemand::value& value,
                           FieldPlace& place) {
        ondemand::array array;
        if (value.get_array().get(array) != simdjson::SUCCESS) return false;
        std::uint16_t flags = 0;
        for (auto element : array) {
            ondemand::value flag;
            if (std::move(element).get(flag) != simdjson::SUCCESS) return false;
            const auto name = json_inside(flag.raw_json_token());
            if (!name) return false;
            for (const TcpFlagName& known : tcp_flag_names()) {
                if (known.name == *name) flags = flags | known.bit;
            }
        }
        std::memcpy(place.object + row.offset, &flags, sizeof flags);
        *place.present |= std::uint64_t{1} << index;
        return true;
    }

    /// What is no field.
    bool read_word(Kind kind, std::string_view token) {
        if (kind == Kind::packets) {
            missed_ = json_number(token).value_or(0);
            return true;
        }
        const auto text = json_inside(token);
        if (!text) return false;
        if (kind == Kind::event) {
            kind_ = kind_named(*text);
        } else {
            host_.resize(text->size());
            host_.resize(unescape(*text, host_));
        }
        return true;
    }

    [[nodiscard]] bool is_event() const {
        return kind_ == JsonLine::ledger || kind_ == JsonLine::lifecycle;
    }

    /// What is left of the line says nothing that is wanted.
    [[nodiscard]] bool is_complete(const Record& record) const {
        if (is_event()) return !host_.empty();
        return kind_ == JsonLine::packet && record.packet.present == wanted_.packet &&
               wanted_.inner == 0 && fields_.present(record) == wanted_.envelope;
    }

    bool read_event(ondemand::document& document) {
        document.rewind();
        if (kind_ == JsonLine::ledger) return read_ledger(document, event_.emplace<Ledger>());
        return read_lifecycle(document, event_.emplace<Lifecycle>());
    }

    ondemand::parser parser_;
    const FieldSelection wanted_;
    JsonFields fields_;
    JsonLine kind_ = JsonLine::other;
    Event event_;
    std::uint64_t missed_ = 0;
    std::string host_;
};

JsonReader::JsonReader(Labels& labels, const FieldSelection& wanted)
    : walk_(std::make_unique<Walk>(labels, wanted)) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;

JsonLine JsonReader::read(std::string_view line, Record& record) {
    return walk_->read(line, record);
}
const Event& JsonReader::event() const { return walk_->event(); }
std::uint64_t JsonReader::missed() const { return walk_->missed(); }
const std::string& JsonReader::host() const { return walk_->host(); }

}  // namespace nflogd::decode
