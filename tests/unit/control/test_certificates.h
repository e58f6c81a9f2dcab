// Certificates for tests, made afresh in a directory that goes with the object.
#pragma once

#include <filesystem>
#include <string>

namespace baton::control {

class TestCertificates {
 public:
  // ca.pem; server.pem for 127.0.0.1 and client.pem, both signed by it; stranger.pem, signed by
  // itself. Keys are in *.key.
  TestCertificates();
  ~TestCertificates();
  TestCertificates(const TestCertificates&) = delete;
  TestCertificates& operator=(const TestCertificates&) = delete;

  std::string path(const std::string& file) const { return directory_ / file; }

 private:
  std::filesystem::path directory_;
};

}  // namespace baton::control
