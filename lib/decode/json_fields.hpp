// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Fields of a line of the format `json` into a record: by the types of the table of
/// fields, which fields there are it does not know.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/fields.hpp"
#include "core/time_text.hpp"
#include "decode/json_labels.hpp"
#include "decode/json_values.hpp"

namespace nflogd::decode {

/// What a row of the table is read into.
struct FieldPlace {
    char* object;              ///< a Record or Headers
    std::uint64_t* present;    ///< its bits
    std::uint8_t version = 0;  ///< IP version that is known of Headers
};

/// One thread.
class JsonFields {
public:
    /// `labels` outlives it.
    explicit JsonFields(Labels& labels) : labels_(labels) {}

    /// Before a line's first field.
    void start() { label_present_ = 0; }
    /// The value of row `index` as it stands in the line, up to the next token of JSON.
    /// False if it is nothing that we write. `place.object` is of the row's kind.
    bool read(const FieldRow& row, unsigned index, std::string_view token, FieldPlace& place);
    /// Behind a line's last field.
    void finish(Record& record);
    /// Bits of what was read of the envelope, before finish().
    [[nodiscard]] std::uint64_t present(const Record& record) const {
        return record.present | label_present_;
    }

private:
    bool read_text(const FieldRow& row, unsigned index, std::string_view text, FieldPlace& place);
    bool read_integer(const FieldRow& row, std::uint64_t value, FieldPlace& place);
    bool read_label(const FieldRow& row, unsigned index, std::string_view text);

    JsonLabels labels_;
    UtcReader time_;
    EscapedLabel label_;
    std::uint64_t label_present_ = 0;  ///< bits by Field of the line's texts of its label
};

}  // namespace nflogd::decode
