// SPDX-License-Identifier: GPL-2.0-or-later
//
// Three Kafka brokers on loopback: librdkafka's own mock cluster. Prints where they
// listen, then does what it reads, a line each: "down N", "up N" (0: all), and answers
// "ok". Ends with its input.
//
// usage: mock_kafka TOPIC PARTITIONS
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

constexpr int kBrokers = 3;

void obey(rd_kafka_mock_cluster_t* cluster, const std::string& word, int broker) {
    for (int id = 1; id <= kBrokers; ++id) {
        if (broker != 0 && broker != id) continue;
        if (word == "down") rd_kafka_mock_broker_set_down(cluster, id);
        if (word == "up") rd_kafka_mock_broker_set_up(cluster, id);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 64;
    std::array<char, 512> why{};
    rd_kafka_t* const client =
        rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why.data(), why.size());
    rd_kafka_mock_cluster_t* const cluster =
        client == nullptr ? nullptr : rd_kafka_mock_cluster_new(client, kBrokers);
    if (cluster == nullptr) return 1;
    rd_kafka_mock_topic_create(cluster, argv[1], std::atoi(argv[2]), kBrokers);
    std::printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    std::fflush(stdout);
    std::string word;
    for (int broker = 0; std::cin >> word >> broker;) {
        obey(cluster, word, broker);
        std::puts("ok");
        std::fflush(stdout);
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(client);
    return 0;
}
