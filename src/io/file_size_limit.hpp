#pragma once

#include <signal.h>

namespace bytebound {

/// As long as it exists, a write beyond the file-size limit (ulimit -f) fails with EFBIG instead of killing the process
/// by SIGXFSZ (setrlimit(2)).
class FileSizeLimitAsError {
public:
    FileSizeLimitAsError() {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGXFSZ, &ignore, &old_);
    }
    ~FileSizeLimitAsError() { ::sigaction(SIGXFSZ, &old_, nullptr); }
    FileSizeLimitAsError(const FileSizeLimitAsError&) = delete;
    FileSizeLimitAsError& operator=(const FileSizeLimitAsError&) = delete;

private:
    struct sigaction old_ {};
};

} // namespace bytebound
