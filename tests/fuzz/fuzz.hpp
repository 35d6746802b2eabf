// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What every fuzz target is: a function that libFuzzer feeds with bytes, and
/// that main.cpp feeds with the files of its corpus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Always returns 0; a promise that is not kept ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace nflogd::fuzz {

/// Ends the process (SIGABRT) unless `kept`, with the promise on stderr.
void require(bool kept, std::string_view promise, std::string_view seen = {});

}  // namespace nflogd::fuzz
