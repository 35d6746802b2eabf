// SPDX-License-Identifier: GPL-2.0-or-later
// A sandbox cannot be left, so each look at it is a process of its own.
#include "sandbox.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "catch.hpp"
#include "core/fd.hpp"

using nflogd::Fd;
using nflogd::daemon::enter;
using nflogd::daemon::Sandbox;

namespace {

constexpr int kBroken = 255;

/// What `look` returns inside a sandbox that may write to `directory`: 0, or the
/// errno that it saw.
int inside(const Sandbox& sandbox, const std::function<int()>& look) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(enter(sandbox).ok() ? look() : kBroken);
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) != kBroken);
    return WEXITSTATUS(status);
}

int result(long value) { return value < 0 ? errno : 0; }

int open_file(const std::string& path, int flags) {
    const Fd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    return fd ? 0 : errno;
}

/// A port of 127.0.0.1 where connections wait, while the test runs.
std::uint16_t listening_port() {
    static const Fd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* name = reinterpret_cast<sockaddr*>(&address);
    ::bind(listening.get(), name, size);
    REQUIRE(::listen(listening.get(), 64) == 0);
    REQUIRE(::getsockname(listening.get(), name, &size) == 0);
    return ntohs(address.sin_port);
}

int connect_to(std::uint16_t port) {
    const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return result(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
}

struct Folder {
    Folder() {
        std::string pattern = "/tmp/nflogd-sandbox-XXXXXX";
        path = ::mkdtemp(pattern.data());
        sandbox.writable_directories = {path};
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
    Sandbox sandbox;
};

}  // namespace

TEST_CASE("a log directory can be used in full") {
    const Folder folder;
    REQUIRE(inside(folder.sandbox, [&] {
                const std::string file = folder.path + "/x";
                if (const int error = open_file(file, O_WRONLY | O_CREAT | O_APPEND)) return error;
                if (const int error = result(::truncate(file.c_str(), 0)); error != EPERM) return 1;
                const Fd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
                if (const int error = result(::ftruncate(fd.get(), 10))) return error;
                if (const int error = result(::fdatasync(fd.get()))) return error;
                if (const int error = result(::rename(file.c_str(), (file + "1").c_str())))
                    return error;
                return result(::unlink((file + "1").c_str()));
            }) == 0);
}

TEST_CASE("other files cannot be opened") {
    const Folder folder;
    const std::string kernel_level = [&] {
        const pid_t pid = ::fork();
        if (pid == 0) {
            auto level = enter(folder.sandbox);
            ::_exit(level.ok() && level->find("no Landlock") == std::string::npos ? 0 : 1);
        }
        int status = 0;
        ::waitpid(pid, &status, 0);
        return WEXITSTATUS(status) == 0 ? "there" : "missing";
    }();
    if (kernel_level == "missing") {
        WARN("SKIPPED: this kernel has no Landlock");
        return;
    }
    REQUIRE(inside(folder.sandbox, [] { return open_file("/etc/passwd", O_RDONLY); }) == EACCES);
    REQUIRE(inside(folder.sandbox,
                   [] { return open_file("/tmp/nflogd-outside", O_WRONLY | O_CREAT); }) == EACCES);
    REQUIRE(inside(folder.sandbox, [&] {
                const int made = ::symlink("/etc/passwd", (folder.path + "/link").c_str());
                return result(made);
            }) == EPERM);
    Sandbox reading;
    reading.readable_files = {"/etc/passwd"};
    REQUIRE(inside(reading, [] { return open_file("/etc/passwd", O_RDONLY); }) == 0);
    REQUIRE(inside(reading, [] { return open_file("/etc/group", O_RDONLY); }) == EACCES);
}

TEST_CASE("nothing can be started, connected, traced or made executable") {
    const Folder folder;
    const auto refused = [&](const std::function<int()>& look) {
        return inside(folder.sandbox, look);
    };
    REQUIRE(refused([] { return result(::execl("/bin/true", "true", nullptr)); }) == EPERM);
    REQUIRE(refused([] { return result(::fork()); }) == EPERM);
    REQUIRE(refused([] { return result(::socket(AF_INET, SOCK_STREAM, 0)); }) == EPERM);
    REQUIRE(refused([] { return result(::socket(AF_NETLINK, SOCK_RAW, 0)); }) == EPERM);
    REQUIRE(refused([] { return result(::syscall(SYS_ptrace, 0, 0, 0, 0)); }) == EPERM);
    REQUIRE(refused([] { return result(::kill(::getppid(), 0)); }) == EPERM);
    REQUIRE(refused([] {
                void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                return page == MAP_FAILED ? errno : 0;
            }) == EPERM);
}

TEST_CASE("an output over the network makes sockets of its family, and no others") {
    Folder folder;
    folder.sandbox.socket_families = {AF_INET, AF_INET};
    folder.sandbox.tcp_ports = {listening_port()};
    const auto made = [&](int family, int type) {
        return inside(folder.sandbox, [&] { return result(::socket(family, type, 0)); });
    };
    REQUIRE(made(AF_INET, SOCK_STREAM) == 0);
    REQUIRE(made(AF_INET, SOCK_DGRAM) == 0);
    REQUIRE(made(AF_INET6, SOCK_STREAM) == EPERM);
    REQUIRE(made(AF_UNIX, SOCK_DGRAM) == EPERM);
    REQUIRE(made(AF_NETLINK, SOCK_RAW) == EPERM);
    REQUIRE(made(AF_PACKET, SOCK_RAW) == EPERM);
    const auto set = [&](int level, int option) {
        return inside(folder.sandbox, [&] {
            const Fd fd(::socket(AF_INET, SOCK_STREAM, 0));
            const int on = 1;
            return result(::setsockopt(fd.get(), level, option, &on, sizeof on));
        });
    };
    REQUIRE(set(SOL_SOCKET, SO_KEEPALIVE) == 0);
    REQUIRE(set(IPPROTO_TCP, TCP_NODELAY) == 0);
    REQUIRE(set(SOL_SOCKET, SO_RCVBUF) == EPERM);
    REQUIRE(set(IPPROTO_IP, TCP_NODELAY) == EPERM);
    REQUIRE(inside(folder.sandbox, [] {
                const Fd fd(::socket(AF_INET, SOCK_STREAM, 0));
                return result(::listen(fd.get(), 1));
            }) == EPERM);
}

TEST_CASE("TCP connects to the ports of outputs, and to no others") {
    const std::uint16_t port = listening_port();
    Folder folder;
    folder.sandbox.socket_families = {AF_INET};
    folder.sandbox.tcp_ports = {port};
    REQUIRE(inside(folder.sandbox, [&] { return connect_to(port); }) == 0);
    folder.sandbox.tcp_ports = {};
    const int other = inside(folder.sandbox, [&] { return connect_to(port); });
    if (other == 0) {
        WARN("SKIPPED: this kernel's Landlock knows no TCP ports");
        return;
    }
    REQUIRE(other == EACCES);
}

TEST_CASE("readers are accepted where an output has some, and nothing more") {
    const std::uint16_t port = listening_port();
    const Fd listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};  // the kernel gives it an abstract name
    address.sun_family = AF_UNIX;
    REQUIRE(::bind(listening.get(), reinterpret_cast<sockaddr*>(&address),
                   sizeof address.sun_family) == 0);
    REQUIRE(::listen(listening.get(), 1) == 0);
    const auto accepted = [&] {
        return result(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
    };
    Folder folder;
    REQUIRE(inside(folder.sandbox, accepted) == EPERM);
    folder.sandbox.accept_connections = true;
    REQUIRE(inside(folder.sandbox, accepted) == EAGAIN);
    REQUIRE(inside(folder.sandbox, [&] { return result(::listen(listening.get(), 2)); }) == EPERM);
    REQUIRE(inside(folder.sandbox, [] { return result(::socket(AF_UNIX, SOCK_STREAM, 0)); }) ==
            EPERM);
    REQUIRE(inside(folder.sandbox, [&] { return connect_to(port); }) != 0);
}

TEST_CASE("threads can be started, and are confined as well") {
    const Folder folder;
    REQUIRE(inside(folder.sandbox, [] {
                int seen = 0;
                std::thread([&] { seen = result(::socket(AF_INET, SOCK_DGRAM, 0)); }).join();
                return seen;
            }) == EPERM);
}

TEST_CASE("no capability is left, and none can come back") {
    const Folder folder;
    REQUIRE(inside(folder.sandbox,
                   [] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1; }) == 0);
    REQUIRE(inside(folder.sandbox, [] { return result(::fchown(STDIN_FILENO, 12345, 0)); }) ==
            EPERM);
    REQUIRE(inside(folder.sandbox, [] { return result(::setuid(0)); }) == EPERM);
}
