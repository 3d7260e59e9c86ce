#include "cli/common_options.hpp"

namespace bytebound {

Option json_option(bool& target) {
    return {"--json", "", "one JSON document on stdout and nothing else", "Output",
            [&target](const std::string&) -> Result<void> {
                target = true;
                return {};
            }};
}

Option sysroot_option(SysRoot& target) {
    return {"--sysroot", "DIR", "read another machine's sys/ and proc/ below DIR; nothing is opened or pinned",
            "Source", [&target](const std::string& text) -> Result<void> {
                SysRoot root{std::filesystem::path(text)};
                if (!root.exists("sys")) {
                    return fail({ExitCode::bad_data, "read sysroot", text, "it holds no sys/",
                                 "record a machine with scripts/gather-machine DIR"});
                }
                target = root;
                return {};
            }};
}

} // namespace bytebound
