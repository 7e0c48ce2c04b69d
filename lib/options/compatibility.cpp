#include "options/compatibility.hpp"

#include <array>

namespace mqtt_toolbox::options {
namespace {

constexpr std::array<Difference, 35> table{{
    {"Exit statuses",
     "They are those of EXIT STATUS, so that a script can tell a refusal from a broker that is not "
     "there. A refused publish or subscription, which mosquitto reports as a warning with status "
     "0, is status 6."},
    {"--help and --version", "They print on standard output and end with status 0."},
    {"-d", "It writes to standard error: standard output carries data only."},
    {"-V", "The default is auto, 5.0 first and 3.1.1 after a refusal, instead of 3.1.1."},
    {"-D and -x together with -V 311 or -V 31",
     "They are an error. mosquitto silently changes the version to 5.0 for the one and forgets the "
     "other."},
    {"--retain-handling together with -V 311 or -V 31",
     "It is an error, since those versions cannot ask for it. mosquitto forgets the option."},
    {"-D with publish subscription-identifier or disconnect server-reference",
     "It is an error: only a server sends these."},
    {"-D with values that the standard forbids",
     "They are an error, such as payload-format-indicator 2, a wildcard in a response-topic, or a "
     "topic-alias that the broker does not have. mosquitto sends them, or nothing at all, with "
     "status 0."},
    {"-f",
     "It takes pipes and devices too, and may be given several times to publish several files."},
    {"-o with a file that is not there", "It is an error. mosquitto goes on without it."},
    {"-r at a broker without retained messages",
     "Under 5.0, where the broker says that it has none, the message is refused with status 6. "
     "mosquitto publishes it without the flag and says nothing."},
    {"-L without a topic", "The topic may come from -t."},
    {"-L together with -h, -p, -u or -P",
     "The single option wins, wherever it stands. With mosquitto the later one does."},
    {"-L and percent signs",
     "The parts of a URL are percent-decoded (RFC 3986), so that a user or a password can contain "
     "any character. A literal % is written %25."},
    {"-L with ws or wss",
     "The path is that of the WebSocket, which mosquitto fixes to /mqtt; the topic is "
     "?topic=TOPIC. "
     "The default ports are 80 and 443, as mosquitto's manual says but its program does not do."},
    {"-k", "0 to 4 seconds are possible, and 0 turns keep-alive off."},
    {"-i",
     "Without it the broker chooses the client identifier, or the tool makes one where the version "
     "of the protocol wants one."},
    {"Mistakes",
     "One line on standard error names the mistake and its mend. mosquitto prints its help, to "
     "standard output where the topic or the message is missing."},
    {"-t given twice",
     "With mqtt-pub it is an error that names --topics, which publishes to each topic. mosquitto "
     "publishes to the last one only, in silence."},
    {"Empty topics and filters",
     "They are an error (MQTT 4.7.3). mosquitto sends them, ignores them or waits for ever."},
    {"Numbers",
     "What is not a number, or is out of the range that MQTT gives it, is an error. mosquitto "
     "takes "
     "as much as is a number, or 0."},
    {"--repeat-delay and -W", "Both take fractions and units: 0.5, 200ms, 2m."},
    {"--tls-engine, --tls-engine-kpass-sha1 and --keyform engine",
     "They are refused by name: OpenSSL 3 has left engines behind."},
    {"--tls-version tlsv1.1", "It is refused: TLS 1.1 is broken (RFC 8996)."},
    {"%j and %J",
     "They follow 2.1, where retain is true or false, user properties are a list and the time has "
     "no Z before its offset; and payloads with NUL bytes or bytes that are not UTF-8 come out "
     "whole; "
     "mosquitto cuts the one and prints invalid JSON for the other. A payload that is not JSON is "
     "named on standard error by both; %J then ends with a status other than 0 here. Numbers in %J "
     "are copied as they came; mosquitto rounds them to its own."},
    {"%d and %f with a payload of another length",
     "The message is named on standard error and the exit status is 8. mosquitto names none and "
     "ends with 0."},
    {"-w",
     "Without -F the topic stands before the payload also where -v is not given; control "
     "characters "
     "are shown escaped, a row is cleared before it is written, and no row names the broker."},
    {"--random-filter", "Its value is a percentage. mosquitto prints a tenth of it."},
    {"--retained-only and --remove-retained",
     "They end by themselves when all retained messages have come, with status 0 also when there "
     "were none."},
    {"-R with --remove-retained",
     "The retained messages are cleared, as mosquitto's manual says; its program leaves them."},
    {"~/.config/mosquitto_pub, mosquitto_sub and mosquitto_rr",
     "They are not read; -o reads such a file when it is named."},
    {"-l",
     "A last line without a newline is published, lines of any length are whole, and lines that "
     "the broker has not acknowledged are kept until it has."},
    {"-l with --repeat",
     "It is an error: lines are there only once. mosquitto forgets the option."},
    {"--will-qos without --will-topic",
     "It is an error: there is no will that it could be about. mosquitto forgets the option."},
    {"Reconnecting",
     "The wait grows and has jitter, instead of one second each time; see --reconnect-delay."},
}};

}  // namespace

std::span<const Difference> differences() {
  return table;
}

}  // namespace mqtt_toolbox::options
