// Reads the values of a request and keeps the first thing that is wrong with them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/address.h"
#include "relay/command.h"
#include "relay/model.h"
#include "relay/names.h"
#include "rtp/types.h"

#include "proto/control.pb.h"

namespace baton::control {

// The functions that read give an arbitrary value for one that is not allowed; who builds a command
// looks at status() before using it. Texts never carry bytes from outside raw, nor passwords.
class RequestChecker {
 public:
  using HeaderExtensions = google::protobuf::RepeatedPtrField<v1::HeaderExtension>;

  bool ok() const { return status_.ok(); }
  // OK, or INVALID_ARGUMENT with what to do about it.
  const absl::Status& status() const { return status_; }

  // INVALID_ARGUMENT with this text, unless `holds` or something was wrong before.
  template <class Text>
  void Require(bool holds, Text&& text) {
    if (!holds && ok()) status_ = absl::InvalidArgumentError(text());
  }

  // `what` says whose name it is: "room".
  relay::Name GetName(const char* what, const std::string& name);
  relay::LegName GetLegName(const v1::LegName& leg);

  relay::SubscribeMode GetSubscribeMode(v1::SubscribeMode mode);
  TransportAddress GetAddress(const std::string& text);
  relay::IceCredentials GetCredentials(const v1::IceCredentials& credentials);
  // Extensions that Baton does not know are left out.
  relay::EndpointParameters GetEndpointParameters(const HeaderExtensions& extensions, bool rtx);
  relay::Layer GetLayer(const v1::Layer& layer);

  rtp::PayloadType GetPayloadType(uint32_t payload_type);
  // Of retransmissions: another one than `media`, if that is known.
  rtp::PayloadType GetRtxPayloadType(uint32_t payload_type, std::optional<uint32_t> media);
  // May be empty.
  relay::StreamId GetMid(const std::string& mid);

 private:
  void CheckIceField(const char* what, const std::string& text, size_t min, size_t max);
  uint8_t GetLayerIndex(const char* what, uint32_t index);

  absl::Status status_;
};

// OK, or INVALID_ARGUMENT that says what names look like. `what` says whose: "room".
absl::Status CheckName(const char* what, const std::string& name);

}  // namespace baton::control
