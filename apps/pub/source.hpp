#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "client/client.hpp"
#include "pub/plan.hpp"
#include "record/results.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::pub {

/// One message to publish; views live until the next call of Source::next.
struct Item {
  protocol::Publish message;
  client::Payload payload = client::Payload::copied;
  std::string_view id;     ///< of a JSON line, else empty
  std::uint64_t line = 0;  ///< of the input, from 1; 0: it does not come from a line
  /// In the store; tokens must rise. 0: it has none.
  client::Token number = 0;
};

enum class Pull : std::uint8_t { item, wait, end };

/// Where messages come from, one by one and only when there is room for the next: nothing is read
/// ahead of the connection but one buffer.
class Source {
 public:
  virtual ~Source() = default;
  /// `wait`: nothing now; Listener::more is called when it is worth asking again.
  virtual Pull next(Item& item) = 0;
  /// The item given last is not taken yet: no more input for now.
  virtual void pause() {}
  /// Whether the payloads are still what they were when they were opened; else ExitCode::io.
  virtual Status check() const { return {}; }
};

struct SourceListener {
  std::function<void()> more;
  /// A bad line or an input that cannot be read; what follows is still given unless the source
  /// ends. Views live until the call returns.
  std::function<void(const record::ErrorLine&)> failed;
};

/// ExitCode::io when a file cannot be opened.
Result<std::unique_ptr<Source>> make_source(transport::Loop& loop, const Plan& plan,
                                            SourceListener listener);

}  // namespace mqtt_toolbox::pub
