#pragma once

namespace mqtt_toolbox::session {

/// Empties a string or a vector and gives its memory back, which assigning an empty one does not.
template <typename Container>
void give_back(Container& container) {
  Container().swap(container);
}

}  // namespace mqtt_toolbox::session
