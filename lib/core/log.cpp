// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

namespace nflogd::log {
namespace {

spdlog::logger& logger() {
    static spdlog::logger instance("nflogd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    return instance;
}

/// sd-daemon(3) priorities where stderr is the journal; an operator's terminal
/// gets plain words.
std::string_view head(Level level) {
    static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    switch (level) {
        case Level::debug: return journal ? "<7>" : "nflogd: ";
        case Level::info: return journal ? "<6>" : "nflogd: ";
        case Level::warning: return journal ? "<4>" : "nflogd: warning: ";
        case Level::error: return journal ? "<3>" : "nflogd: error: ";
    }
    return "";
}

void write(Level level, spdlog::level::level_enum priority, std::string_view message) {
    logger().log(priority, "{}{}", head(level), message);
}

}  // namespace

void init(Level level) {
    logger().set_pattern("%v");
    logger().set_level(level == Level::debug ? spdlog::level::debug : spdlog::level::info);
    logger().flush_on(spdlog::level::debug);
}

void debug(std::string_view message) { write(Level::debug, spdlog::level::debug, message); }
void info(std::string_view message) { write(Level::info, spdlog::level::info, message); }
void warning(std::string_view message) { write(Level::warning, spdlog::level::warn, message); }
void error(std::string_view message) { write(Level::error, spdlog::level::err, message); }

}  // namespace nflogd::log
