#include "experiment/plug_in/channel.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace bytebound {
namespace {

/// SCM_MAX_FD of the kernel is 253; the texts are below the buffers of a socket (208 KiB).
constexpr std::size_t most_descriptors = 200, most_text = 64 << 10;

/// Before every part: what is still to come, this part included.
struct PartHeader {
    std::uint64_t text = 0, descriptors = 0;
};

} // namespace

ChannelPair make_channel() {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return {};
    const int on = 1;
    ::setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on); // ReceivedMessage::sender
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

int send_message(int channel, std::string_view text, std::span<const int> descriptors) {
    do {
        const PartHeader header{text.size(), descriptors.size()};
        const std::string_view part = text.substr(0, most_text);
        const auto own = descriptors.first(std::min(descriptors.size(), most_descriptors));
        iovec pieces[] = {{const_cast<PartHeader*>(&header), sizeof header},
                          {const_cast<char*>(part.data()), part.size()}};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = pieces;
        message.msg_iovlen = 2;
        if (!own.empty()) {
            message.msg_control = control.data();
            message.msg_controllen = CMSG_SPACE(own.size_bytes());
            cmsghdr* const rights = CMSG_FIRSTHDR(&message);
            rights->cmsg_level = SOL_SOCKET;
            rights->cmsg_type = SCM_RIGHTS;
            rights->cmsg_len = CMSG_LEN(own.size_bytes());
            std::memcpy(CMSG_DATA(rights), own.data(), own.size_bytes());
        }
        ssize_t sent = -1;
        do
            sent = ::sendmsg(channel, &message, MSG_NOSIGNAL);
        while (sent < 0 && errno == EINTR);
        if (sent < 0) return errno;
        text.remove_prefix(part.size());
        descriptors = descriptors.subspan(own.size());
    } while (!text.empty() || !descriptors.empty());
    return 0;
}

std::optional<ReceivedMessage> receive_message(int channel) {
    ReceivedMessage all;
    std::string buffer(most_text, '\0');
    for (bool more = true; more;) {
        PartHeader header;
        iovec pieces[] = {{&header, sizeof header}, {buffer.data(), buffer.size()}};
        constexpr std::size_t room = CMSG_SPACE(most_descriptors * sizeof(int)) + CMSG_SPACE(sizeof(ucred));
        alignas(cmsghdr) std::array<char, room> control{};
        msghdr message{};
        message.msg_iov = pieces;
        message.msg_iovlen = 2;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        ssize_t received = -1;
        do
            received = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
        while (received < 0 && errno == EINTR);
        if (received < static_cast<ssize_t>(sizeof header)) return {};
        const std::size_t text = static_cast<std::size_t>(received) - sizeof header;
        std::size_t descriptors = 0;
        for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
            if (at->cmsg_level != SOL_SOCKET) continue;
            if (at->cmsg_type == SCM_CREDENTIALS) {
                ucred sender{};
                std::memcpy(&sender, CMSG_DATA(at), sizeof sender);
                all.sender = sender.pid;
            }
            if (at->cmsg_type != SCM_RIGHTS) continue;
            descriptors = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            std::vector<int> own(descriptors);
            std::memcpy(own.data(), CMSG_DATA(at), descriptors * sizeof(int));
            all.descriptors.insert(all.descriptors.end(), own.begin(), own.end());
        }
        // Descriptors beyond this process's limit are left out by the kernel.
        if ((message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0) return {};
        all.text.append(buffer, 0, text);
        more = header.text > text || header.descriptors > descriptors;
    }
    return all;
}

} // namespace bytebound
