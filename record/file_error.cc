#include "record/file_error.h"

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"

namespace baton::record {

absl::Status FileError(int error, std::string_view action, std::string_view name) {
  const std::string what = absl::StrCat("cannot ", absl::string_view(action.data(), action.size()),
                                        " ", absl::string_view(name.data(), name.size()));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(absl::ErrnoToStatus(error, what).message());
    case ELOOP:
      return absl::FailedPreconditionError(what + ": it is a symbolic link");
    default:
      return absl::ErrnoToStatus(error, what);
  }
}

}  // namespace baton::record
