// SPDX-License-Identifier: GPL-2.0-or-later
#include "name_lookup.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace nflogd::daemon {
namespace {

constexpr std::size_t kMostKnown = 4096;
constexpr std::size_t kMostWanted = 256;

std::string look_up(const std::string& address) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.c_str(), nullptr, &hints, &found) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    std::array<char, NI_MAXHOST> name{};
    const int error = ::getnameinfo(found->ai_addr, found->ai_addrlen, name.data(),
                                    static_cast<socklen_t>(name.size()), nullptr, 0, NI_NAMEREQD);
    return error == 0 ? name.data() : std::string();
}

}  // namespace

struct NameLookup::Shared {
    std::mutex mutex;
    std::condition_variable news;
    bool stop = false;
    std::map<std::string, std::string> known;  ///< empty: waited for, or there is none
    std::deque<std::string> wanted;

    void work() {
        std::unique_lock lock(mutex);
        while (true) {
            news.wait(lock, [this] { return stop || !wanted.empty(); });
            if (stop) return;
            const std::string address = std::move(wanted.front());
            wanted.pop_front();
            lock.unlock();
            std::string name = look_up(address);
            lock.lock();
            const auto entry = known.find(address);
            if (entry != known.end()) entry->second = std::move(name);
        }
    }
};

NameLookup::NameLookup() : shared_(std::make_shared<Shared>()) {
    std::thread([shared = shared_] { shared->work(); }).detach();
}

NameLookup::~NameLookup() {
    const std::lock_guard lock(shared_->mutex);
    shared_->stop = true;
    shared_->news.notify_all();
}

std::string NameLookup::name_of(const std::string& address) {
    const std::lock_guard lock(shared_->mutex);
    const auto entry = shared_->known.find(address);
    if (entry != shared_->known.end()) return entry->second;
    if (shared_->wanted.size() >= kMostWanted) return {};
    if (shared_->known.size() >= kMostKnown) shared_->known.clear();
    shared_->known.emplace(address, std::string());
    shared_->wanted.push_back(address);
    shared_->news.notify_one();
    return {};
}

}  // namespace nflogd::daemon
