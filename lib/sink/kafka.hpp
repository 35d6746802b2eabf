// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Messages to a Kafka topic through librdkafka's idempotent producer.
///
/// A record is written when all in-sync replicas of its partition have it: the delivery
/// report says so. write() waits a moment for reports; what is under way then stays so,
/// and is known again when it is offered the next time, so that nothing is produced
/// twice. Records are as format/kafka.hpp frames them.
#pragma once

#include <memory>
#include <string>

#include "core/options.hpp"
#include "core/time.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

/// With its spool, if it has one. `schema`: what the header of that name says.
/// Error: EX_UNAVAILABLE without the library.
Result<std::unique_ptr<Sink>> make_kafka(const KafkaOptions& options, const std::string& schema,
                                         const Clock& clock, WriteJournal* journal);

/// Why librdkafka refuses the property; nothing if it is not there to be asked.
Status check_kafka_property(const std::string& name, const std::string& value);
/// Loads the library. Error: EX_UNAVAILABLE.
Status load_kafka();

}  // namespace nflogd::sink
