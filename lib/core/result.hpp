// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Errors as values. A `Result<T>` holds a T or an `Error`; a `Status` holds
/// nothing or an `Error`. Each layer that passes an error up may add one piece
/// of context with `wrap`, so that the line the operator reads goes from the
/// outside in: "output 'main': /var/log/x.json: Permission denied".
#pragma once

#include <sysexits.h>

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace nflogd {

/// What went wrong, and the sysexits(3) code the program ends with if nobody
/// handles it.
struct Error {
    std::string message;
    int exit_code = EX_SOFTWARE;

    /// The same error with `context` put before its message.
    [[nodiscard]] Error wrap(std::string_view context) const {
        return {std::string(context) + ": " + message, exit_code};
    }
};

/// An error made from an errno value: "CONTEXT: strerror".
[[nodiscard]] Error system_error(int errno_value, std::string_view context,
                                 int exit_code = EX_OSERR);

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& operator*() {
        assert(ok());
        return std::get<0>(state_);
    }
    const T& operator*() const {
        assert(ok());
        return std::get<0>(state_);
    }
    T* operator->() { return &**this; }
    const T* operator->() const { return &**this; }

    [[nodiscard]] const Error& error() const {
        assert(!ok());
        return std::get<1>(state_);
    }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : failed_(true), error_(std::move(error)) {}

    [[nodiscard]] bool ok() const { return !failed_; }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] const Error& error() const {
        assert(failed_);
        return error_;
    }

private:
    bool failed_ = false;
    Error error_;
};

using Status = Result<void>;

}  // namespace nflogd
