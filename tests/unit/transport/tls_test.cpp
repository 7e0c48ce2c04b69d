#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "transport/connector.hpp"
#include "transport/plugin.hpp"
#include "unit/transport/socket_fixture.hpp"
#include "unit/transport/tls_files.hpp"
#include "unit/transport/tls_server.hpp"

namespace {

using namespace transport_test;

/// Made once: the keys cost little, but every case needs them.
const TlsFiles& certificates() {
  static const TlsFiles files;
  return files;
}

std::string file_text(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> with(const std::string& stem, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"-cert", certificates() / stem + ".crt", "-key",
                                     certificates() / stem + ".key"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

ConnectSettings tls_to(std::uint16_t port, const std::string& host = "127.0.0.1") {
  ConnectSettings settings = to(host, port);
  settings.tls.emplace();
  settings.tls->ca_file = certificates() / "ca.crt";
  return settings;
}

std::string failure(const ConnectSettings& settings) {
  Loop loop;
  auto connection = connect(loop, settings);
  REQUIRE_FALSE(connection.has_value());
  CHECK(connection.error().code == ExitCode::tls);
  const std::string prefix = "TLS with " + target_name(settings) + " failed: ";
  CHECK(connection.error().text.rfind(prefix, 0) == 0);
  return connection.error().text.substr(std::min(prefix.size(), connection.error().text.size()));
}

bool has(const std::string& text, const std::string& part) {
  INFO("in: " << text);
  bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

TEST_CASE("TLS carries bytes both ways and tells its facts") {
  TlsServer server(with("server", {"-alpn", "mqtt"}));
  Loop loop;
  auto settings = tls_to(server.port());
  settings.tls->alpn = {"other", "mqtt"};
  auto connection = connect(loop, settings);
  REQUIRE_MESSAGE(connection.has_value(), connection.error().text);
  Stream& stream = *connection->stream;
  CHECK(connection->times.secured >= connection->times.proxied);
  CHECK(connection->times.upgraded == connection->times.secured);

  REQUIRE(write_all(loop, stream, "from the client\n"));
  server.await("from the client");
  server.send("from the server\n");
  Reader reader(loop, stream, 7);
  CHECK(reader.run_until_size(16));
  CHECK(reader.received == "from the server\n");

  StreamFacts facts = stream.facts();
  CHECK(facts.peer == "127.0.0.1:" + std::to_string(server.port()));
  CHECK(facts.tls_version == "TLSv1.3");
  CHECK(facts.tls_cipher.rfind("TLS_", 0) == 0);
  CHECK(facts.tls_alpn == "mqtt");
  REQUIRE(facts.certificates.size() == 1);
  CHECK(facts.certificates[0] == file_text(certificates() / "server.crt"));
}

TEST_CASE("TLS: a large write arrives whole through would_block") {
  TlsServer server(with("server"));
  Loop loop;
  auto settings = tls_to(server.port());
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  std::string text;
  for (int i = 0; text.size() < 3000000; ++i) text += "line " + std::to_string(i) + "\n";
  text += "the end\n";
  std::string seen;
  std::thread reader([&] { seen = server.await("the end"); });
  CHECK(write_all(loop, *connection->stream, text));
  reader.join();
  CHECK(seen.find(text) != std::string::npos);
}

TEST_CASE("TLS: small pieces share one record") {
  TlsServer server(with("server"));
  Loop loop;
  auto settings = tls_to(server.port());
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  std::vector<std::string_view> pieces{"a", "", "bc", std::string_view(), "def\n"};
  Io io = connection->stream->write(pieces);
  CHECK(io.kind == Io::Kind::done);
  CHECK(io.size == 7);
  server.await("abcdef");
}

TEST_CASE("TLS: the endings as the peer sees them") {
  // close_notify makes s_server print DONE; a bare FIN makes it print ERROR.
  TlsServer server(with("server"));
  Loop loop;
  auto settings = tls_to(server.port());
  {
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    connection->stream->end(Ending::graceful);
    server.await("DONE");
  }
  {
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    connection->stream->end(Ending::fin);
    has(server.await("\nERROR"), "CONNECTION CLOSED");
  }
  {
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    connection->stream->end(Ending::freeze);
    std::string_view piece = "x";
    char buffer[8];
    CHECK(connection->stream->write({&piece, 1}).kind == Io::Kind::would_block);
    CHECK(connection->stream->read(buffer).kind == Io::Kind::would_block);
    connection->stream->end(Ending::reset);
    CHECK(connection->stream->write({&piece, 1}).kind != Io::Kind::done);
    server.await("\nERROR");
  }
}

TEST_CASE("TLS: the server's end is an end") {
  TlsServer server(with("server"));
  Loop loop;
  auto settings = tls_to(server.port());
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  server.send("last words\n");
  Reader reader(loop, *connection->stream);
  CHECK(reader.run_until_size(11));
  server.send("Q\n");
  CHECK(reader.run_until_end());
  CHECK(reader.received == "last words\n");
  CHECK(reader.last.kind == Io::Kind::end);
  has(connection->stream->error().text, "closed the connection");
}

TEST_CASE("TLS: which authorities are trusted") {
  TlsServer server(with("server"));
  auto settings = tls_to(server.port());
  SUBCASE("another one") {
    settings.tls->ca_file = certificates() / "other-ca.crt";
    CHECK(failure(settings) ==
          "certificate verify failed: issued by \"throw-away CA\", which is not trusted; give its "
          "CA with --cafile");
  }
  SUBCASE("the system's, which do not know ours") {
    settings.tls->ca_file.clear();
    has(failure(settings), "certificate verify failed: issued by \"throw-away CA\"");
  }
  SUBCASE("insecure takes any name, from an authority that is trusted") {
    settings.tls->insecure = true;
    settings.tls->server_name = "whatever.example";
    Loop loop;
    CHECK(connect(loop, settings).has_value());
    settings.tls->ca_file.clear();
    has(failure(settings), "certificate verify failed: issued by \"throw-away CA\"");
  }
  SUBCASE("any_chain takes an authority that nobody knows") {
    settings.tls->ca_file.clear();
    settings.tls->any_chain = true;
    Loop loop;
    CHECK(connect(loop, settings).has_value());
  }
  SUBCASE("a folder with hashed names") {
    TemporaryFolder folder;
    std::string command = "cp " + (certificates() / "ca.crt") + " " + folder.path() +
                          " && openssl rehash " + folder.path();
    REQUIRE(std::system(command.c_str()) == 0);
    settings.tls->ca_file.clear();
    settings.tls->ca_path = folder.path();
    Loop loop;
    CHECK(connect(loop, settings).has_value());
  }
}

TEST_CASE("TLS: files are read once for connections that live together with equal settings") {
  TlsServer server(with("server"));
  const TemporaryFolder folder;
  const std::string ca_file = folder / "ca.crt";
  std::ofstream(ca_file) << file_text(certificates() / "ca.crt");
  auto settings = tls_to(server.port());
  settings.tls->ca_file = ca_file;
  Loop loop;
  auto first = connect(loop, settings);
  REQUIRE_MESSAGE(first.has_value(), first.error().text);
  REQUIRE(std::remove(ca_file.c_str()) == 0);

  SUBCASE("the second needs no file, and outlives the first") {
    TlsServer other(with("server"));  // each serves one client at a time
    settings.port = other.port();
    auto second = connect(loop, settings);
    REQUIRE_MESSAGE(second.has_value(), second.error().text);
    first->stream.reset();
    CHECK(write_all(loop, *second->stream, "from the second\n"));
    other.await("from the second");
  }
  SUBCASE("other settings have files of their own") {
    settings.tls->server_name = "localhost";
    has(failure(settings), ca_file);
  }
  SUBCASE("another thread too") {
    std::string text;
    std::thread([&] {
      Loop its_loop;
      auto second = connect(its_loop, settings);
      if (!second) text = second.error().text;
    }).join();
    has(text, ca_file);
  }
  SUBCASE("once all are gone they are read anew") {
    first->stream.reset();
    has(failure(settings), ca_file);
  }
}

TEST_CASE("TLS: self-signed certificates") {
  TlsServer server(with("ca"));
  auto settings = tls_to(server.port());
  settings.tls->ca_file = certificates() / "other-ca.crt";
  has(failure(settings), "certificate verify failed: self-signed certificate; trust it with");

  TlsServer chain(with("server", {"-cert_chain", certificates() / "ca.crt"}));
  settings.port = chain.port();
  CHECK(failure(settings) ==
        "certificate verify failed: self-signed certificate in chain; give its CA with --cafile");
}

TEST_CASE("TLS: an expired certificate") {
  TlsServer server(with("expired"));
  std::string text = failure(tls_to(server.port()));
  has(text, "certificate verify failed: expired on 20");
  has(text, " UTC");
}

TEST_CASE("TLS: names and addresses") {
  SUBCASE("the certificate's names are told when none fits") {
    TlsServer server(with("server"));
    auto settings = tls_to(server.port());
    settings.tls->server_name = "broker.example";
    CHECK(failure(settings) ==
          "certificate verify failed: it is for localhost, 127.0.0.1, ::1, not for broker.example");
    settings.tls->server_name = "127.0.0.2";
    CHECK(failure(settings) ==
          "certificate verify failed: it is for localhost, 127.0.0.1, ::1, not for 127.0.0.2");
    settings.tls->server_name.clear();
    settings.host = "localhost";
    Loop loop;
    CHECK(connect(loop, settings).has_value());
    settings.tls->server_name = "localhost.";
    CHECK(connect(loop, settings).has_value());
  }
  SUBCASE("the wrong one") {
    TlsServer server(with("wrong-name"));
    has(failure(tls_to(server.port())), "it is for wrong-name.example, not for 127.0.0.1");
  }
  SUBCASE("SNI chooses the certificate") {
    TlsServer server(with(
        "server", {"-servername", "wrong-name.example", "-cert2", certificates() / "wrong-name.crt",
                   "-key2", certificates() / "wrong-name.key"}));
    auto settings = tls_to(server.port());
    settings.tls->server_name = "wrong-name.example";
    Loop loop;
    CHECK(connect(loop, settings).has_value());
  }
}

TEST_CASE("TLS: versions and ciphers") {
  Loop loop;
  SUBCASE("TLS 1.2") {
    TlsServer server(with("server", {"-tls1_2"}));
    auto settings = tls_to(server.port());
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    CHECK(connection->stream->facts().tls_version == "TLSv1.2");
    REQUIRE(write_all(loop, *connection->stream, "hello 1.2\n"));
    server.await("hello 1.2");
    connection->stream.reset();  // the server takes one connection at a time
    settings.tls->minimum_version = TlsVersion::tls_1_3;
    has(failure(settings), "it does not speak the TLS versions offered");
  }
  SUBCASE("the highest") {
    TlsServer server(with("server"));
    auto settings = tls_to(server.port());
    settings.tls->maximum_version = TlsVersion::tls_1_2;
    settings.tls->ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    CHECK(connection->stream->facts().tls_version == "TLSv1.2");
    CHECK(connection->stream->facts().tls_cipher == "ECDHE-ECDSA-AES128-GCM-SHA256");
    settings.tls->minimum_version = TlsVersion::tls_1_3;
    has(failure(settings), "the lowest TLS version allowed is above the highest");
  }
  SUBCASE("ciphersuites of TLS 1.3") {
    TlsServer server(with("server", {"-ciphersuites", "TLS_AES_128_GCM_SHA256"}));
    auto settings = tls_to(server.port());
    settings.tls->ciphersuites = "TLS_AES_128_GCM_SHA256";
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    CHECK(connection->stream->facts().tls_cipher == "TLS_AES_128_GCM_SHA256");
    connection->stream.reset();
    settings.tls->ciphersuites = "TLS_CHACHA20_POLY1305_SHA256";
    settings.tls->minimum_version = TlsVersion::tls_1_3;
    has(failure(settings), "no cipher or version in common");
  }
  SUBCASE("unknown ones") {
    Listener listener;
    auto settings = tls_to(listener.port());
    settings.tls->ciphers = "nonsense";
    has(failure(settings), "OpenSSL knows no cipher in \"nonsense\"");
    settings.tls->ciphers.clear();
    settings.tls->ciphersuites = "nonsense";
    has(failure(settings), "OpenSSL does not know all TLS 1.3 ciphersuites in \"nonsense\"");
  }
}

TEST_CASE("TLS: client certificates") {
  const std::vector<std::string> demand{"-Verify", "1", "-verify_return_error", "-CAfile",
                                        certificates() / "ca.crt"};
  auto with_client = [](ConnectSettings settings) {
    settings.tls->certificate_file = certificates() / "client.crt";
    settings.tls->key_file = certificates() / "client.key";
    return settings;
  };
  SUBCASE("given") {
    TlsServer server(with("server", demand));
    Loop loop;
    auto settings = with_client(tls_to(server.port()));
    auto connection = connect(loop, settings);
    REQUIRE_MESSAGE(connection.has_value(), connection.error().text);
    REQUIRE(write_all(loop, *connection->stream, "let me in\n"));
    server.await("let me in");
  }
  SUBCASE("missing under TLS 1.2: told in the handshake") {
    TlsServer server(with("server", demand));
    auto settings = tls_to(server.port());
    settings.tls->maximum_version = TlsVersion::tls_1_2;
    has(failure(settings), "wants a client certificate");
  }
  SUBCASE("missing or wrong under TLS 1.3: told at the first read") {
    for (bool wrong : {false, true}) {
      TlsServer server(with("server", demand));
      Loop loop;
      auto settings = tls_to(server.port());
      if (wrong) {
        settings.tls->certificate_file = certificates() / "other.crt";
        settings.tls->key_file = certificates() / "other.key";
        std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
            "-nodes -subj /CN=other -keyout " +
            settings.tls->key_file + " -out " + settings.tls->certificate_file + " 2>/dev/null";
        REQUIRE(std::system(command.c_str()) == 0);
      }
      auto connection = connect(loop, settings);
      REQUIRE(connection.has_value());
      Reader reader(loop, *connection->stream);
      CHECK(reader.run_until_end());
      CHECK(reader.last.kind == Io::Kind::failed);
      Error error = connection->stream->error();
      CHECK(error.code == ExitCode::tls);
      has(error.text, wrong ? "TLS failed: the peer refused the client certificate (alert: "
                            : "TLS failed: the peer wants a client certificate; give --cert and "
                              "--key (alert: ");
    }
  }
  SUBCASE("issued by an intermediate authority, whose certificate belongs into --cert as well") {
    const std::string folder = certificates() / "";
    const std::string command =
        "cd " + folder +
        " && exec 2>/dev/null && make() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
        "-nodes -subj /CN=$1 -keyout $1.key | openssl x509 -req -CA $2.crt -CAkey $2.key "
        "-CAcreateserial -days 2 -out $1.crt -extfile $3; } && "
        "echo basicConstraints=critical,CA:TRUE >ca.cnf && make middle ca ca.cnf && "
        "make leaf middle /dev/null && cat leaf.crt middle.crt >chain.crt";
    REQUIRE(std::system(command.c_str()) == 0);
    TlsServer server(with("server", demand));
    auto settings = tls_to(server.port());
    settings.tls->key_file = folder + "leaf.key";
    // Told in the handshake, which under 1.3 is over before.
    settings.tls->maximum_version = TlsVersion::tls_1_2;
    settings.tls->certificate_file = folder + "leaf.crt";
    has(failure(settings),
        "the peer refused the client certificate (alert: unknown CA); when an intermediate "
        "authority issued it, that one's certificate belongs into --cert as well, behind it");
    settings.tls->certificate_file = folder + "chain.crt";
    Loop loop;
    CHECK(connect(loop, settings).has_value());
  }
  SUBCASE("missing under TLS 1.3 with WebSocket above: no question about WebSocket") {
    TlsServer server(with("server", demand));
    auto settings = tls_to(server.port());
    settings.websocket.emplace();
    Loop loop;
    auto connection = connect(loop, settings);
    REQUIRE_FALSE(connection.has_value());
    CHECK(connection.error().code == ExitCode::tls);
    const std::string expected = "no connection to " + target_name(settings) +
                                 ": TLS failed: the peer wants a client certificate; give --cert "
                                 "and --key (alert: ";
    CHECK(connection.error().text.substr(0, expected.size()) == expected);
  }
  SUBCASE("missing under TLS 1.3: told also when a write has failed before that read") {
    TlsServer server(with("server", demand));
    Loop loop;
    auto settings = tls_to(server.port());
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    Stream& stream = *connection->stream;
    const std::string_view hello = "let me in";
    REQUIRE(shutdown(stream.descriptor(), SHUT_WR) == 0);
    CHECK(stream.write({&hello, 1}).kind == Io::Kind::failed);
    Reader reader(loop, stream);
    CHECK(reader.run_until_end());
    CHECK(reader.last.kind == Io::Kind::failed);
    has(stream.error().text, "TLS failed: the peer wants a client certificate");
    CHECK(stream.write({&hello, 1}).kind == Io::Kind::failed);
  }
  SUBCASE("an encrypted key") {
    std::string encrypted = certificates() / "encrypted.key";
    std::string command = "openssl pkcs8 -topk8 -in " + (certificates() / "client.key") + " -out " +
                          encrypted + " -passout pass:secret";
    REQUIRE(std::system(command.c_str()) == 0);
    TlsServer server(with("server", demand));
    auto settings = with_client(tls_to(server.port()));
    settings.tls->key_file = encrypted;
    CHECK(failure(settings) ==
          "the private key in " + encrypted + " is encrypted; give --key-password");
    settings.tls->key_password = "guess";
    CHECK(failure(settings) == "the password of the private key in " + encrypted + " is wrong");
    settings.tls->key_password = "secret";
    Loop loop;
    CHECK(connect(loop, settings).has_value());
  }
  SUBCASE("files that are missing or do not fit") {
    Listener listener;
    auto settings = with_client(tls_to(listener.port()));
    settings.tls->key_file = certificates() / "server.key";
    CHECK(failure(settings) == "the private key in " + settings.tls->key_file +
                                   " does not belong to the certificate in " +
                                   settings.tls->certificate_file);
    settings.tls->key_file = certificates() / "client.crt";
    has(failure(settings), "holds no private key in PEM form");
    settings.tls->key_file = "/nowhere/key";
    CHECK(failure(settings) == "cannot read /nowhere/key: no such file or directory");
    settings.tls->certificate_file = "/nowhere/cert";
    CHECK(failure(settings) == "cannot read /nowhere/cert: no such file or directory");
    settings.tls->certificate_file.clear();
    has(failure(settings), "needs its certificate; give --cert");
    settings.tls->key_file.clear();
    settings.tls->ca_file = certificates() / "ca.key";
    has(failure(settings), "holds no certificate in PEM form");
    settings.tls->ca_file = "/nowhere/ca";
    CHECK(failure(settings) == "cannot read /nowhere/ca: no such file or directory");
    settings.tls->ca_file.clear();
    settings.tls->ca_path = "/nowhere";
    CHECK(failure(settings) == "cannot read /nowhere: no such file or directory");
  }
}

TEST_CASE("TLS: pre-shared keys") {
  for (TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
    TlsServer server({"-nocert", "-psk", "0badcafe", "-psk_identity", "sensor"});
    auto settings = tls_to(server.port());
    settings.tls->ca_file.clear();
    settings.tls->maximum_version = version;
    settings.tls->psk = "0badcafe";
    settings.tls->psk_identity = "sensor";
    Loop loop;
    auto connection = connect(loop, settings);
    REQUIRE_MESSAGE(connection.has_value(), connection.error().text);
    CHECK(connection->stream->facts().certificates.empty());
    REQUIRE(write_all(loop, *connection->stream, "shared\n"));
    server.await("shared");
    connection->stream.reset();
    settings.tls->psk = "0badcaff";
    has(failure(settings), "the peer refused the pre-shared key; check --psk and --psk-id");
  }
  Listener listener;
  auto settings = tls_to(listener.port());
  settings.tls->psk = "xyz";
  CHECK(failure(settings) == "the pre-shared key is not hexadecimal");
}

TEST_CASE("TLS: with a pre-shared key no certificate will do, however good it is") {
  const std::vector<std::vector<std::string>> servers{
      with("server"), with("server", {"-psk", "0badcaff", "-psk_identity", "another"})};
  for (const auto& arguments : servers) {
    for (TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
      for (bool any_certificate : {false, true}) {
        TlsServer server(arguments);
        auto settings = tls_to(server.port());
        settings.tls->maximum_version = version;
        settings.tls->insecure = settings.tls->any_chain = any_certificate;
        settings.tls->psk = "0badcafe";
        settings.tls->psk_identity = "sensor";
        const std::string expected =
            version == TlsVersion::tls_1_3
                ? "the peer showed a certificate instead of using the pre-shared key; it may not "
                  "know the identity \"sensor\" (--psk-identity)"
                : "the peer refused the pre-shared key; check --psk and --psk-identity (alert: ";
        has(failure(settings), expected);
        settings.websocket.emplace();
        has(failure(settings), expected);
      }
    }
  }
}

TEST_CASE("TLS: with a pre-shared key only its ciphers are offered") {
  TlsServer server(with("server", {"-psk", "0badcafe", "-psk_identity", "sensor"}));
  auto settings = tls_to(server.port());
  settings.tls->maximum_version = TlsVersion::tls_1_2;
  settings.tls->psk = "0badcafe";
  settings.tls->psk_identity = "sensor";
  Loop loop;
  for (const char* ciphers : {"", "ECDHE-ECDSA-AES128-GCM-SHA256:PSK-AES128-GCM-SHA256",
                              "DEFAULT:RSA-PSK-AES128-GCM-SHA256"}) {
    settings.tls->ciphers = ciphers;
    auto connection = connect(loop, settings);
    REQUIRE_MESSAGE(connection.has_value(), connection.error().text);
    has(connection->stream->facts().tls_cipher, "PSK-");
    CHECK(connection->stream->facts().certificates.empty());
  }
  for (const char* ciphers : {"ECDHE-ECDSA-AES128-GCM-SHA256", "RSA-PSK-AES128-GCM-SHA256"}) {
    settings.tls->ciphers = ciphers;
    CHECK(failure(settings) == "no cipher in \"" + settings.tls->ciphers +
                                   "\" is one for a pre-shared key alone, as "
                                   "PSK-AES256-GCM-SHA384 is");
  }
}

TEST_CASE("TLS: the key log is appended to, for the owner's eyes only") {
  TlsServer server(with("server"));
  TemporaryFolder folder;
  auto settings = tls_to(server.port());
  settings.tls->key_log_file = folder / "keys";
  Loop loop;
  CHECK(connect(loop, settings).has_value());
  std::string first = file_text(folder / "keys");
  has(first, "CLIENT_HANDSHAKE_TRAFFIC_SECRET ");
  CHECK(first.back() == '\n');
  CHECK(connect(loop, settings).has_value());
  CHECK(file_text(folder / "keys").rfind(first, 0) == 0);
  CHECK(file_text(folder / "keys").size() > first.size());
  struct stat status {};
  REQUIRE(stat((folder / "keys").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  settings.tls->key_log_file = "/nowhere/keys";
  CHECK(failure(settings) == "cannot write /nowhere/keys: no such file or directory");
}

TEST_CASE("TLS: peers that are no TLS servers") {
  Loop loop;
  Listener listener;
  auto settings = tls_to(listener.port());
  const std::string question = "is port " + std::to_string(listener.port()) + " a TLS port?";
  std::optional<Result<Connection>> outcome;
  Connector connector(loop, settings);
  connector.start([&](Result<Connection> result) {
    outcome = std::move(result);
    loop.stop();
  });
  std::string expected;
  SUBCASE("an answer in plain text") {
    Loop::Watch accepting(loop, listener.fd(), [&](Interest) {
      auto peer = listener.accept();
      receive(peer.get());
      std::string_view answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
      REQUIRE(send(peer.get(), answer.data(), answer.size(), 0) > 0);
      shutdown(peer.get(), SHUT_WR);
    });
    accepting.want(Interest::read);
    loop.run_until(loop.now() + patience);
    expected = "the peer does not speak TLS: " + question;
  }
  SUBCASE("a close without a word") {
    Loop::Watch accepting(loop, listener.fd(), [&](Interest) {
      auto peer = listener.accept();
      receive(peer.get());
    });
    accepting.want(Interest::read);
    loop.run_until(loop.now() + patience);
    expected =
        "127.0.0.1:" + std::to_string(listener.port()) + " closed the connection; " + question;
  }
  SUBCASE("a reset, as brokers do that do not read on") {
    Loop::Watch accepting(loop, listener.fd(), [&](Interest) {
      auto peer = listener.accept();
      pollfd waiting{peer.get(), POLLIN, 0};
      REQUIRE(poll(&waiting, 1, 20000) == 1);
    });
    accepting.want(Interest::read);
    loop.run_until(loop.now() + patience);
    expected = "lost the connection to " + target_name(settings) + ": connection reset by peer; " +
               question;
  }
  REQUIRE(outcome.has_value());
  REQUIRE_FALSE(outcome->has_value());
  CHECK(outcome->error().code == ExitCode::tls);
  CHECK(outcome->error().text == "TLS with " + target_name(settings) + " failed: " + expected);
}

TEST_CASE("TLS: silence is told with its stage") {
  Listener listener;
  auto settings = tls_to(listener.port());
  settings.timeouts.tls = 20ms;
  Loop loop;
  auto connection = connect(loop, settings);
  REQUIRE_FALSE(connection.has_value());
  CHECK(connection.error().code == ExitCode::tls);
  CHECK(connection.error().text ==
        "cannot reach " + target_name(settings) + ": TLS handshake took longer than 20 ms");
}

TEST_CASE("certificates: files, modes and refusals") {
  const TlsFiles& folder = certificates();
  for (const char* name : {"ca", "server", "client", "expired", "wrong-name"}) {
    struct stat status {};
    REQUIRE(stat((folder / (std::string(name) + ".key")).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    has(file_text(folder / (std::string(name) + ".crt")), "BEGIN CERTIFICATE");
  }
  auto missing = make_certificates({"/nowhere", {"localhost"}});
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == ExitCode::io);
  CHECK(missing.error().text == "cannot write /nowhere/ca.crt: no such file or directory");
  TemporaryFolder other;
  auto bad = make_certificates({other.path(), {"a,DNS:b"}});
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().code == ExitCode::usage);
}

TEST_CASE("a module that is missing is told with the package") {
  auto symbol = plugin_symbol("nonsense", "x");
  REQUIRE_FALSE(symbol.has_value());
  CHECK(symbol.error().code == ExitCode::io);
  has(symbol.error().text, "nonsense.so");
  has(symbol.error().text, "mqtt-toolbox again");
  CHECK_FALSE(plugin_symbol("tls", "no_such_symbol").has_value());
}

}  // namespace
