#pragma once
// Messages and descriptors between bytebound and the process of a plug-in.

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"

namespace bytebound {

/// The descriptor of the channel in the plug-in's process.
inline constexpr int channel_in_child = 3;

/// A pair of connected sockets that keep the limits of messages; without numbers: see errno.
struct ChannelPair {
    Descriptor ours, theirs;
};
ChannelPair make_channel();

/// Sends a text and descriptors, in as many messages as it takes. Returns the errno of the failure, else 0.
int send_message(int channel, std::string_view text, std::span<const int> descriptors = {});

struct ReceivedMessage {
    std::string text;
    std::vector<int> descriptors; ///< owned by the receiver, closed by exec
    pid_t sender = -1;            ///< as the kernel says; only known on our side of make_channel()
};
/// Waits for a message. nullopt: the other side is gone, or it is not a message of send_message().
std::optional<ReceivedMessage> receive_message(int channel);

} // namespace bytebound
