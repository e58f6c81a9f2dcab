// The files of bench/load/page, which the build puts into the program.
#pragma once

#include <string_view>

namespace baton::bench {

// HTML with {{name}} where report.cc puts something.
std::string_view ReportPage();
std::string_view ReportStyle();
std::string_view ReportScript();

}  // namespace baton::bench
