#include "control/config_defaults.h"

#include <google/protobuf/message.h>

#include <algorithm>

#include "base/address.h"
#include "control/config_schema.h"

namespace baton::control {
namespace {

using google::protobuf::Message;

// Setting a field to what its getter says while it is absent: the default of the .proto file.
void FillScalar(const Field& field, Message& message) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case Field::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, reflection.GetBool(message, &field));
    case Field::CPPTYPE_ENUM:
      return reflection.SetEnum(&message, &field, reflection.GetEnum(message, &field));
    case Field::CPPTYPE_UINT32:
      return reflection.SetUInt32(&message, &field, reflection.GetUInt32(message, &field));
    case Field::CPPTYPE_UINT64:
      return reflection.SetUInt64(&message, &field, reflection.GetUInt64(message, &field));
    default:
      return reflection.SetString(&message, &field, reflection.GetString(message, &field));
  }
}

void FillList(const Field& field, Message& message) {
  const auto& reflection = *message.GetReflection();
  if (reflection.FieldSize(message, &field) > 0) return;
  for (const std::string& item : field.options().GetExtension(config::rule).items()) {
    reflection.AddString(&message, &field, item);
  }
}

void FillSection(Message& message) {
  const Section& section = *message.GetDescriptor();
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < section.field_count(); ++i) {
    const Field& field = *section.field(i);
    if (KindOf(field) == ValueKind::kSection) {
      FillSection(*reflection.MutableMessage(&message, &field));
    } else if (field.is_repeated()) {
      FillList(field, message);
    } else if (!reflection.HasField(message, &field)) {
      FillScalar(field, message);
    }
  }
}

bool IsWildcard(const std::string& text) {
  const std::optional<IpAddress> ip = IpAddress::Parse(text);
  return ip && ip->IsUnspecified();
}

}  // namespace

void FillDefaults(config::Config& config) {
  FillSection(config);
  const auto& listen = config.media().listen();
  if (config.stun().listen().empty()) *config.mutable_stun()->mutable_listen() = listen;
  // A peer cannot be told to send to a wildcard: which address it reaches has to be said.
  if (config.media().advertise().empty() &&
      std::none_of(listen.begin(), listen.end(), IsWildcard)) {
    *config.mutable_media()->mutable_advertise() = listen;
  }
}

}  // namespace baton::control
