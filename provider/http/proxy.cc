#include "http/proxy.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"

namespace er::http {
namespace {

constexpr absl::string_view kNotAProxy =
    "is not the address of a proxy; write it as in http://proxy.example.com:3128, with "
    "user:password@ before the host where the proxy wants it, and percent-encode what is neither "
    "letter nor digit in them";
constexpr int kMappedBits = 96;  // of ::ffff:0:0/96

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// A part of the URL, empty where it has none; nothing where the part cannot be what it has to be.
std::optional<std::string> PartOf(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  const CURLUcode code = curl_url_get(url, part, &text, flags);
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
  if (code == CURLUE_OK) return std::string(text);
  if (code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD || code == CURLUE_NO_PORT ||
      code == CURLUE_NO_QUERY || code == CURLUE_NO_FRAGMENT) {
    return "";
  }
  return std::nullopt;
}

bool IsProxyScheme(absl::string_view scheme) {
  return absl::c_linear_search(
      std::initializer_list<absl::string_view>{"http", "https", "socks4", "socks4a", "socks5",
                                               "socks5h"},
      scheme);
}

// "[::1]:80" is "::1" and "80"; without a port, that is empty.
std::pair<absl::string_view, absl::string_view> SplitPort(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool is_bare_address = absl::c_count(text, ':') > 1 && !absl::StrContains(text, "]:");
  absl::string_view port;
  if (colon != absl::string_view::npos && !is_bare_address) {
    port = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  if (absl::StartsWith(text, "[") && absl::EndsWith(text, "]")) {
    text = text.substr(1, text.size() - 2);
  }
  return {text, port};
}

}  // namespace

absl::StatusOr<Proxy> ParseProxy(const Secret& text) {
  if (text.empty()) return Proxy();
  const absl::Status refusal = absl::InvalidArgumentError(kNotAProxy);
  const std::string with_scheme = absl::StrContains(text.Reveal(), "://")
                                      ? text.Reveal()
                                      : absl::StrCat("http://", text.Reveal());
  const UrlHandle url(curl_url(), &curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, with_scheme.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
      CURLUE_OK) {
    return refusal;
  }
  const auto scheme = PartOf(url.get(), CURLUPART_SCHEME);
  const auto host = PartOf(url.get(), CURLUPART_HOST);
  const auto port = PartOf(url.get(), CURLUPART_PORT);
  const auto path = PartOf(url.get(), CURLUPART_PATH);
  const auto query = PartOf(url.get(), CURLUPART_QUERY);
  const auto fragment = PartOf(url.get(), CURLUPART_FRAGMENT);
  // Decoded, they must be free of control characters: libcurl would go without a proxy.
  const auto user = PartOf(url.get(), CURLUPART_USER, CURLU_URLDECODE);
  const auto password = PartOf(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
  if (!scheme || !IsProxyScheme(*scheme) || !host || host->empty() || !port || path != "/" ||
      query != "" || fragment != "" || !user || !password) {
    // What stands behind the host may be the rest of a password.
    return refusal;
  }
  return Proxy{.url = absl::StrCat(*scheme, "://", *host, port->empty() ? "" : ":", *port),
               .user = Secret(*user),
               .password = Secret(*password)};
}

NoProxy::NoProxy(absl::string_view list) {
  for (const absl::string_view entry :
       absl::StrSplit(absl::StrCat("localhost,127.0.0.0/8,::1,", list), ',')) {
    const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(entry));
    if (lower == "*") all_ = true;
    Add(lower);
  }
}

std::optional<NoProxy::Address> NoProxy::ParseAddress(absl::string_view text) {
  Address address{};
  const std::string terminated(text);
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  if (inet_pton(AF_INET, terminated.c_str(), address.data() + kMappedBits / 8) != 1) {
    return std::nullopt;
  }
  address[10] = address[11] = 0xFF;
  return address;
}

bool NoProxy::IsV4(const Address& address) {
  return absl::c_all_of(absl::MakeConstSpan(address).first(10),
                        [](auto byte) { return byte == 0; }) &&
         address[10] == 0xFF && address[11] == 0xFF;
}

void NoProxy::Add(absl::string_view entry) {
  const std::pair<absl::string_view, absl::string_view> network =
      absl::StrSplit(entry, absl::MaxSplits('/', 1));
  int bits = 0;
  if (const auto address = ParseAddress(network.first);
      address && absl::SimpleAtoi(network.second, &bits)) {
    const int most = IsV4(*address) ? 128 - kMappedBits : 128;
    if (bits >= 0 && bits <= most) networks_.push_back({*address, bits + 128 - most, ""});
    return;
  }
  auto [host, port] = SplitPort(entry);
  if (const auto address = ParseAddress(host)) {
    networks_.push_back({*address, 128, std::string(port)});
    return;
  }
  absl::ConsumePrefix(&host, "*");
  if (host.empty() || host == ".") return;
  const bool itself = entry.front() != '*' && host.front() != '.';
  domains_.push_back(
      {absl::StrCat(host.front() == '.' ? "" : ".", host), itself, std::string(port)});
}

bool NoProxy::Contains(const Network& network, const Address& address) {
  // ::/0 is all of IPv6 and nothing of IPv4.
  if (IsV4(address) && network.bits < kMappedBits) return false;
  const auto bit = [](const Address& of, int i) {
    return of[static_cast<std::size_t>(i) / 8] >> (7 - i % 8) & 1;
  };
  for (int i = 0; i < network.bits; ++i) {
    if (bit(network.address, i) != bit(address, i)) return false;
  }
  return true;
}

bool NoProxy::Covers(const std::string& url) const {
  const UrlHandle parsed(curl_url(), &curl_url_cleanup);
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return false;
  const std::string authority =
      absl::AsciiStrToLower(PartOf(parsed.get(), CURLUPART_HOST).value_or(""));
  const absl::string_view host = SplitPort(authority).first;
  const std::string port = PartOf(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("");
  if (all_) return true;
  const auto has_port = [&](const std::string& wanted) { return wanted.empty() || wanted == port; };
  const std::optional<Address> address = ParseAddress(host);
  return absl::c_any_of(networks_,
                        [&](const Network& network) {
                          return address && Contains(network, *address) && has_port(network.port);
                        }) ||
         absl::c_any_of(domains_, [&](const Domain& domain) {
           const bool is_it = domain.itself && host == absl::string_view(domain.end).substr(1);
           return (is_it || absl::EndsWith(host, domain.end)) && has_port(domain.port);
         });
}

}  // namespace er::http
