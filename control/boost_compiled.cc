// Boost.Asio and Beast, compiled here once (BOOST_..._SEPARATE_COMPILATION; see meson.build).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
