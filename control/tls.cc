#include "control/tls.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace baton::control {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

absl::Status FileError(const char* what, const std::string& file, const error_code& error) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot use the ", what, " ", file, ": ", error.message()));
}

absl::StatusOr<std::unique_ptr<ssl::context>> MakeContext(ssl::context::method method,
                                                          const TlsFiles& files) {
  auto context = std::make_unique<ssl::context>(method);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
  // Buffers of idle connections go back to the heap.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  // Connections are long: resuming them saves nothing, and without tickets there is no key to
  // guard.
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);

  error_code error;
  context->use_certificate_chain_file(files.certificate_file, error);
  if (error) return FileError("certificate", files.certificate_file, error);
  context->use_private_key_file(files.key_file, ssl::context::pem, error);
  if (error) return FileError("private key", files.key_file, error);
  context->load_verify_file(files.ca_file, error);
  if (error) return FileError("CA certificates", files.ca_file, error);
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  return context;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ssl::context>> MakeServerTls(const TlsFiles& files) {
  return MakeContext(ssl::context::tls_server, files);
}

absl::StatusOr<std::unique_ptr<ssl::context>> MakeClientTls(const TlsFiles& files) {
  return MakeContext(ssl::context::tls_client, files);
}

}  // namespace baton::control
