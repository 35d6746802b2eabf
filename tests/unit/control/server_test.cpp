// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/server.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>

#include "catch.hpp"
#include "control/http.hpp"
#include "control/request.hpp"

using namespace nflogd;
using control::Server;
using namespace std::chrono_literals;

namespace {

class HandClock : public Clock {
public:
    [[nodiscard]] std::chrono::nanoseconds monotonic() const override { return now; }
    std::chrono::nanoseconds now = 1s;
};

/// A listening socket without a name in the file system, and clients of it.
class Listening {
public:
    Listening() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
        address_.sun_family = AF_UNIX;
        socklen_t length = sizeof address_;
        REQUIRE(::bind(fd_.get(), raw(), sizeof(sa_family_t)) == 0);  // the kernel chooses
        REQUIRE(::listen(fd_.get(), 64) == 0);
        REQUIRE(::getsockname(fd_.get(), raw(), &length) == 0);
        length_ = length;
    }
    [[nodiscard]] int fd() const { return fd_.get(); }
    Fd connect(std::string_view text) {
        Fd client(::socket(AF_UNIX, SOCK_STREAM, 0));
        REQUIRE(::connect(client.get(), raw(), length_) == 0);
        say(client, text);
        return client;
    }
    static void say(const Fd& client, std::string_view text) {
        REQUIRE(::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(text.size()));
    }

private:
    sockaddr* raw() { return reinterpret_cast<sockaddr*>(&address_); }

    sockaddr_un address_{};
    socklen_t length_ = 0;
    Fd fd_;
};

std::string heard(const Fd& client) {
    std::string text;
    std::array<char, 4096> part;
    ssize_t got = 0;
    while ((got = ::recv(client.get(), part.data(), part.size(), MSG_DONTWAIT)) > 0) {
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    return got == 0 ? text + "[end]" : text;
}

struct Served {
    HandClock clock;
    Listening listening;
    Server server = std::move(*Server::make(clock));

    explicit Served(Server::Door door = Server::Door::control) {
        REQUIRE(server.listen(listening.fd(), door));
    }
    /// What is asked when all has been looked at.
    std::vector<Server::Asked> serve() {
        std::vector<Server::Asked> all;
        for (int i = 0; i < 20; ++i) {
            for (auto& asked : server.serve()) all.push_back(std::move(asked));
        }
        return all;
    }
};

}  // namespace

TEST_CASE("a request in pieces is one request, and its answer ends the connection") {
    Served served;
    const Fd client = served.listening.connect("{\"request\":");
    CHECK(served.serve().empty());
    Listening::say(client, "\"status\"}\n");
    const auto asked = served.serve();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].text == "{\"request\":\"status\"}");
    CHECK(heard(client).empty());
    served.server.answer(asked[0].client, "yes\n");
    CHECK(heard(client) == "yes\n[end]");
    CHECK_FALSE(served.server.deadline());
}

TEST_CASE("the head of an HTTP request is whole at its empty line") {
    Served served(Server::Door::metrics);
    const Fd client = served.listening.connect("GET /metrics HTTP/1.1\r\nHost: a\r\n");
    CHECK(served.serve().empty());
    Listening::say(client, "\r\n");
    REQUIRE(served.serve().size() == 1);
}

TEST_CASE("a large answer goes out as the client reads") {
    Served served;
    const Fd client = served.listening.connect("x\n");
    const auto asked = served.serve();
    REQUIRE(asked.size() == 1);
    const std::string text(3 << 20, 'a');
    served.server.answer(asked[0].client, text);
    std::string got;
    for (int i = 0; i < 1000 && !got.ends_with("[end]"); ++i) {
        got += heard(client);
        served.serve();
    }
    CHECK(got == text + "[end]");
}

TEST_CASE("who says nothing is let go, and who says too much") {
    Served served;
    const Fd silent = served.listening.connect("");
    const Fd endless = served.listening.connect(std::string(control::kMaxRequest + 4096, 'x'));
    CHECK(served.serve().empty());
    CHECK(heard(endless).find("too long") != std::string::npos);
    CHECK(heard(silent).empty());
    CHECK(served.server.deadline() == served.clock.now + Server::kPatience);
    served.clock.now += Server::kPatience;
    served.serve();
    CHECK(heard(silent) == "[end]");
}

TEST_CASE("the oldest connection makes room for one too many") {
    Served served;
    std::vector<Fd> clients;
    for (std::size_t i = 0; i <= Server::kMost; ++i)
        clients.push_back(served.listening.connect(""));
    served.serve();
    CHECK(heard(clients.front()) == "[end]");
    CHECK(heard(clients[1]).empty());
    Listening::say(clients.back(), "x\n");
    CHECK(served.serve().size() == 1);
}

TEST_CASE("a client that is gone is forgotten") {
    Served served;
    served.listening.connect("x\n");
    const auto asked = served.serve();
    REQUIRE(asked.size() == 1);
    served.server.answer(asked[0].client, "yes\n");
    served.server.answer(asked[0].client, "twice\n");
    CHECK_FALSE(served.server.release(asked[0].client));
    CHECK_FALSE(served.server.deadline());
}

TEST_CASE("a connection can be taken over") {
    Served served;
    const Fd client = served.listening.connect("x\n");
    const auto asked = served.serve();
    REQUIRE(asked.size() == 1);
    {
        const Fd taken = served.server.release(asked[0].client);
        REQUIRE(taken);
        served.clock.now += Server::kPatience;
        served.serve();
        CHECK(heard(client).empty());
    }
    CHECK(heard(client) == "[end]");
}
