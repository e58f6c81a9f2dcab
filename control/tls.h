// TLS contexts of the control protocol: 1.3 only, both sides show certificates.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace baton::control {

// PEM files.
struct TlsFiles {
  std::string certificate_file;  // with its chain
  std::string key_file;
  std::string ca_file;  // who signs the other side's certificates
};

// FAILED_PRECONDITION that names the file which cannot be used, and why.
absl::StatusOr<std::unique_ptr<boost::asio::ssl::context>> MakeServerTls(const TlsFiles& files);
absl::StatusOr<std::unique_ptr<boost::asio::ssl::context>> MakeClientTls(const TlsFiles& files);

}  // namespace baton::control
