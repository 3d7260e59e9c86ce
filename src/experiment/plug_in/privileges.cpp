#include "experiment/plug_in/privileges.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace bytebound {
namespace {

Failure not_dropped(const std::string& what) {
    return fail({ExitCode::internal, "drop privileges", what, "the kernel refused", "run as an ordinary user", errno});
}

} // namespace

Result<void> drop_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return not_dropped("of later programs");
    const gid_t group = ::getgid();
    const uid_t user = ::getuid();
    if (::getegid() != group && ::setresgid(group, group, group) != 0) return not_dropped("of the group");
    if (::geteuid() != user && ::setresuid(user, user, user) != 0) return not_dropped("of the user");
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    if (::syscall(SYS_capset, &header, none) != 0) return not_dropped("capabilities");
    return {};
}

} // namespace bytebound
