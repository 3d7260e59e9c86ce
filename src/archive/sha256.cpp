#include "archive/sha256.hpp"

#include <openssl/evp.h>

#include <array>

namespace bytebound {

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    if (context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) context_.reset();
}

void Sha256::update(std::string_view text) {
    if (context_) EVP_DigestUpdate(context_.get(), text.data(), text.size());
    bytes_ += text.size();
}

Result<FileRecord> Sha256::result() const {
    const std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned length = 0;
    if (!context_ || !copy || EVP_MD_CTX_copy_ex(copy.get(), context_.get()) != 1 ||
        EVP_DigestFinal_ex(copy.get(), digest.data(), &length) != 1)
        return fail({ExitCode::internal, "hash", "", "libcrypto has no SHA-256", "install libssl3"});
    static constexpr std::string_view digits = "0123456789abcdef";
    FileRecord record{bytes_, {}};
    for (unsigned i = 0; i < length; ++i)
        record.sha256.append({digits[digest[i] >> 4], digits[digest[i] & 15]});
    return record;
}

Result<FileRecord> hash_text(std::string_view text) {
    Sha256 hash;
    hash.update(text);
    return hash.result();
}

} // namespace bytebound
