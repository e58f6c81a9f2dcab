#include "control/admin_response.h"

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <utility>

namespace baton::control {
namespace {

namespace http = boost::beast::http;

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kPrometheus = "text/plain; version=0.0.4; charset=utf-8";
// What browsers show rather than download.
constexpr const char* kYaml = "text/plain; charset=utf-8";

constexpr const char* kIndex =
    "Baton node\n"
    "\n"
    "/metrics  numbers for Prometheus\n"
    "/livez    is the process alive?\n"
    "/readyz   does the node take work?\n"
    "/config   the effective configuration\n";

struct Page {
  http::status status = http::status::ok;
  const char* content_type = kText;
  std::string body;
};

Page HealthPage(const Health& health) {
  if (health.ok) return {.body = "ok\n"};
  return {.status = http::status::service_unavailable, .body = health.reason + "\n"};
}

Page Find(std::string_view path, AdminPages& pages) {
  if (path == "/") return {.body = kIndex};
  if (path == "/metrics") return {.content_type = kPrometheus, .body = pages.Metrics()};
  if (path == "/livez") return HealthPage(pages.Live());
  if (path == "/readyz") return HealthPage(pages.Ready());
  if (path == "/config") return {.content_type = kYaml, .body = pages.ConfigYaml()};
  return {.status = http::status::not_found, .body = "no such page; / lists what there is\n"};
}

AdminResponse ToResponse(Page page, unsigned version) {
  AdminResponse response(page.status, version);
  response.set(http::field::content_type, page.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.body() = std::move(page.body);
  response.prepare_payload();
  return response;
}

}  // namespace

AdminResponse Answer(const AdminRequest& request, AdminPages& pages) {
  const bool head = request.method() == http::verb::head;
  if (!head && request.method() != http::verb::get) {
    AdminResponse response = ToResponse({.status = http::status::method_not_allowed,
                                         .body = "only GET and HEAD are answered here\n"},
                                        request.version());
    response.set(http::field::allow, "GET, HEAD");
    response.keep_alive(request.keep_alive());
    return response;
  }
  const std::string_view target(request.target().data(), request.target().size());
  AdminResponse response =
      ToResponse(Find(target.substr(0, target.find('?')), pages), request.version());
  response.keep_alive(request.keep_alive());
  // prepare_payload() has set Content-Length, which is all that HEAD wants of the body.
  if (head) response.body().clear();
  return response;
}

AdminResponse Refuse(boost::beast::http::status status, const std::string& text) {
  AdminResponse response = ToResponse({.status = status, .body = text + "\n"}, 11);
  response.keep_alive(false);
  return response;
}

}  // namespace baton::control
