// Streams of made-up pictures, put into packets of random sizes, of which a test knows what each
// picture refers to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "record/media_format.h"

namespace baton::record {

struct TestPicture {
  std::vector<std::vector<uint8_t>> packets;  // their payloads
  std::vector<uint8_t> frame;                 // what is to come out
  bool key_frame = false;
  std::vector<size_t> references;  // places in the stream of the pictures that it needs
};

struct TestStream {
  Codec codec;
  std::vector<TestPicture> pictures;
};

// A key frame now and then, and each other picture refers to the one before.
TestStream PlainVp8(Random& random, size_t pictures);
TestStream PlainVp9(Random& random, size_t pictures);
TestStream PlainAv1(Random& random, size_t pictures);
TestStream PlainH264(Random& random, size_t pictures);

// Three temporal layers; pictures that sync to the lowest, and some that nothing refers to.
TestStream LayeredVp8(Random& random, size_t pictures);
// Three temporal layers with switching up points, and up to three spatial layers.
TestStream LayeredVp9(Random& random, size_t pictures);
// References to any of the last pictures.
TestStream FlexibleVp9(Random& random, size_t pictures);
// Some pictures to which nothing refers.
TestStream DisposableH264(Random& random, size_t pictures);

}  // namespace baton::record
