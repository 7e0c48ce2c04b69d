#pragma once

#include <string>

#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/system/error_code.hpp>

#include "base/result.hpp"
#include "transport/settings.hpp"

namespace mqtt_toolbox::transport::websocket {

/// What goes into the HTTP request of the upgrade, and what its answer means.

/// ExitCode::usage when the path, the host or a header would break the request.
Status check_request(const WebSocketSettings& settings, const std::string& host);
/// "/mqtt"; a missing slash is put in front.
std::string request_target(const WebSocketSettings& settings);
void decorate(boost::beast::websocket::request_type& request, const WebSocketSettings& settings);

/// An empty text when the answer fits; ExitCode::refused for a subprotocol not asked for.
Error check_response(const boost::beast::websocket::response_type& response,
                     const WebSocketSettings& settings);
std::string chosen_subprotocol(const boost::beast::websocket::response_type& response);

/// ExitCode::refused: an answer other than 101, with the likely mend.
Error refusal(const boost::beast::websocket::response_type& response);
/// An answer that is no handshake (ExitCode::refused), no HTTP, or none (ExitCode::unreachable).
Error handshake_fault(const boost::system::error_code& error, const std::string& peer);
/// The connection ended with `cause` before there was an answer; ExitCode::unreachable.
Error ended_in_handshake(const std::string& cause, const std::string& peer);

/// "PEER closed the WebSocket: 1001 going away"
std::string close_text(const std::string& peer,
                       const boost::beast::websocket::close_reason& reason);

}  // namespace mqtt_toolbox::transport::websocket
