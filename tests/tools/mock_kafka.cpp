// SPDX-License-Identifier: GPL-2.0-or-later
//
// Three Kafka brokers on loopback: librdkafka's own mock cluster. Prints where they
// listen, then does what it reads, a line each, and answers "ok". Ends with its input.
//   down N, up N   a broker (0: all of them)
//   topic CODE     what is said of the topic from now on, an error code of Kafka's
//   refuse N       the next N requests to produce hold too large a message
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

constexpr std::int16_t kProduce = 0;  // of Kafka's protocol

void obey(rd_kafka_mock_cluster_t* cluster, const char* topic, const std::string& word,
          int number) {
    if (word == "topic") {
        rd_kafka_mock_topic_set_error(cluster, topic, static_cast<rd_kafka_resp_err_t>(number));
    }
    for (int i = 0; word == "refuse" && i < number; ++i) {
        rd_kafka_mock_push_request_errors(cluster, kProduce, 1,
                                          RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    }
    for (int id = 1; id <= kBrokers; ++id) {
        if (number != 0 && number != id) continue;
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
    for (int number = 0; std::cin >> word >> number;) {
        obey(cluster, argv[1], word, number);
        std::puts("ok");
        std::fflush(stdout);
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(client);
    return 0;
}
