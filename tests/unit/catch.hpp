// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Catch2 under the one name that both of its major versions understand.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
