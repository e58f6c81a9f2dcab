#include "record/file_io.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/check.h"
#include "record/file_error.h"

namespace baton::record {

int WriteAll(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return 0;
}

absl::StatusOr<std::string> Sha256OfFile(int fd, std::string_view name) {
  constexpr size_t kPieceSize = size_t{256} << 10;
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  BATON_CHECK(context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  std::vector<uint8_t> piece(kPieceSize);
  for (off_t offset = 0;;) {
    const ssize_t got = pread(fd, piece.data(), piece.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError(errno, "read", name);
    if (got == 0) break;
    EVP_DigestUpdate(context.get(), piece.data(), static_cast<size_t>(got));
    offset += got;
  }
  std::string digest(EVP_MD_size(EVP_sha256()), '\0');
  EVP_DigestFinal_ex(context.get(), reinterpret_cast<uint8_t*>(digest.data()), nullptr);
  return absl::BytesToHexString(digest);
}

}  // namespace baton::record
