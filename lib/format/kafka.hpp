// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The text of another format with the key of a Kafka message before it: one byte that is
/// the key's length, the key, the text. A length of 0 is no key. sink/kafka.cpp takes
/// both apart.
#pragma once

#include <memory>

#include "core/options.hpp"
#include "format/formatter.hpp"

namespace nflogd::format {

/// `seed`: of Community IDs.
std::unique_ptr<Formatter> make_kafka(std::unique_ptr<Formatter> text, const KafkaOptions& options,
                                      std::uint16_t seed);

}  // namespace nflogd::format
