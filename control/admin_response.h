// What the admin HTTP server answers, apart from how it gets there.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "control/admin_http.h"

namespace baton::control {

using AdminRequest = boost::beast::http::request<boost::beast::http::empty_body>;
using AdminResponse = boost::beast::http::response<boost::beast::http::string_body>;

// The answer to a whole request. To HEAD: the header of the answer to GET, without the body.
AdminResponse Answer(const AdminRequest& request, AdminPages& pages);

// The answer to what is no request; the connection is closed after it.
AdminResponse Refuse(boost::beast::http::status status, const std::string& text);

}  // namespace baton::control
