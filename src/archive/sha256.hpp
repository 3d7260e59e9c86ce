#pragma once

#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "record/run_record.hpp"

struct evp_md_ctx_st;

namespace bytebound {

/// Size and SHA-256 of a text that arrives in parts.
class Sha256 {
public:
    Sha256();
    void update(std::string_view text);
    /// Of what has arrived so far. Error: libcrypto has no SHA-256.
    Result<FileRecord> result() const;

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_; ///< null: not available
    std::uint64_t bytes_ = 0;
};

/// Size and lower-case hexadecimal SHA-256 of a text.
Result<FileRecord> hash_text(std::string_view text);

} // namespace bytebound
