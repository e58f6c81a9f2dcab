// Neither the Binding server nor the connectivity checks allocate.
#include <gtest/gtest.h>

#include <array>

#include "stun/binding_responder.h"
#include "stun/ice_lite.h"
#include "stun/transaction_ids.h"
#include "tests/unit/stun/count_allocations.h"
#include "tests/unit/stun/vectors.h"

namespace baton::stun {
namespace {

TEST(NoAllocation, ToAnswerOrToCheck) {
  ASSERT_TRUE(CountsLibcrypto());
  const auto request = SampleLongTermRequest();
  const auto check = SampleRequest();
  const auto sha256 = SampleSha256Request();
  const auto response = SampleIpv4Response();
  const TransportAddress source = *TransportAddress::Parse("203.0.113.9:41000");
  BindingResponder responder({});
  TransactionIds ids({});
  std::array<uint8_t, 512> out{};

  const size_t before = Allocations();
  const IntegrityKey key = IntegrityKey::FromPassword(kVectorPassword);
  const BindingReply answer = responder.Respond(TimePoint{}, request, source, out);
  const BindingReply answer_sha256 = responder.Respond(TimePoint{}, sha256, source, out);
  const CheckResult judged = EvaluateCheck(*MessageView::Parse(check), "evtj", key, source, out);
  const size_t written = WriteCheck({ids.Next(), "remote", "local", 1}, key.sha1, out);
  const bool verified = VerifyCheckResponse(*MessageView::Parse(response), key);
  const size_t after = Allocations();

  EXPECT_EQ(after - before, 0u);
  EXPECT_EQ(answer.result, BindingResult::kAnswered);
  EXPECT_EQ(answer_sha256.result, BindingResult::kAnswered);
  EXPECT_EQ(judged.verdict, CheckVerdict::kRoleConflict);
  EXPECT_GT(written, 0u);
  EXPECT_TRUE(verified);
}

}  // namespace
}  // namespace baton::stun
