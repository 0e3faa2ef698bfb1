#include "http/curl_transport.h"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/shown.h"
#include "base/utf8.h"
#include "http/mask.h"
#include "http/wire_log.h"

namespace er::http {
namespace {

using EasyHandle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using MultiHandle = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// A connection of its own, and what drives it. One exchange at a time has it.
struct Lane {
  EasyHandle easy{curl_easy_init(), &curl_easy_cleanup};
  MultiHandle multi{curl_multi_init(), &curl_multi_cleanup};
};

constexpr std::size_t kIdleLanes = 32;

void InitializeOnce() {
  static const bool done = [] {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    // OpenSSL writes to sockets with write(2): a server that hangs up must not end the process.
    std::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  static_cast<void>(done);
}

// What libcurl's callbacks gather while an exchange runs.
struct Progress {
  Response response{};
  std::size_t largest_response = 0;
  bool too_large = false;
  bool no_silent_repeat = false;
  bool may_be_sent = false;
  bool headers_complete = false;
};

std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* user) {
  auto& progress = *static_cast<Progress*>(user);
  const absl::string_view line(data, size * count);
  if (absl::StartsWith(line, "HTTP/")) {
    progress.response.headers.clear();  // what came before was of an interim answer (1xx)
    progress.headers_complete = false;
    return size * count;
  }
  if (absl::StripAsciiWhitespace(line).empty()) progress.headers_complete = true;
  const std::size_t colon = line.find(':');
  if (colon != absl::string_view::npos) {
    progress.response.headers.emplace_back(
        absl::AsciiStrToLower(absl::StripAsciiWhitespace(line.substr(0, colon))),
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1))));
  }
  return size * count;
}

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* user) {
  auto& progress = *static_cast<Progress*>(user);
  if (progress.response.body.size() + size * count > progress.largest_response) {
    progress.too_large = true;
    return 0;
  }
  progress.response.body.append(data, size * count);
  return size * count;
}

// Called when the connection stands, TLS included, and right before the first byte is sent: a
// second time where libcurl repeats the request.
int BeforeSending(void* user, char*, char*, int, int) {
  auto& progress = *static_cast<Progress*>(user);
  const bool repeated = std::exchange(progress.may_be_sent, true);
  return repeated && progress.no_silent_repeat ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

long Milliseconds(absl::Duration duration) {
  // Zero means "no limit" to libcurl.
  return static_cast<long>(
      std::clamp<std::int64_t>(absl::ToInt64Milliseconds(duration), 1, 1 << 30));
}

std::string Origin(absl::string_view url) {
  const std::size_t scheme_end = url.find("://");
  return LoggableUrl(scheme_end == absl::string_view::npos
                         ? url
                         : url.substr(0, url.find_first_of("/?", scheme_end + 3)));
}

HeaderList HeaderLines(const Request& request) {
  curl_slist* lines = nullptr;
  bool has_content_type = false;
  for (const auto& [name, value] : request.headers) {
    // A header without a value is written with a semicolon, or libcurl would remove it.
    lines = curl_slist_append(lines, value.empty() ? absl::StrCat(name, ";").c_str()
                                                   : absl::StrCat(name, ": ", value).c_str());
    has_content_type |= absl::EqualsIgnoreCase(name, "content-type");
  }
  if (!has_content_type) lines = curl_slist_append(lines, "Content-Type:");
  lines = curl_slist_append(lines, "Expect:");
  return {lines, &curl_slist_free_all};
}

bool HasAnyOf(absl::string_view text, absl::string_view characters) {
  return text.find_first_of(characters) != absl::string_view::npos;
}

absl::Status CheckRequest(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || HasAnyOf(name, absl::string_view("\r\n\0 :", 5)) ||
        HasAnyOf(value, absl::string_view("\r\n\0", 3))) {
      return absl::InvalidArgumentError(
          absl::StrCat("the header \"", name, "\" holds a character that no header can hold"));
    }
  }
  return absl::OkStatus();
}

std::string NameOf(const CaBundle& bundle) {
  if (bundle.path.empty()) return "none found";
  return bundle.name.empty() ? bundle.path : bundle.name;
}

// libcurl adds them to the request as a header.
void AddSecretsOf(const Proxy& proxy, std::vector<Secret>& secrets) {
  if (proxy.user.empty() && proxy.password.empty()) return;
  secrets.push_back(proxy.password);
  secrets.emplace_back(
      absl::Base64Escape(absl::StrCat(proxy.user.Reveal(), ":", proxy.password.Reveal())));
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(CurlOptions options) : options_(std::move(options)) {}

  absl::StatusOr<Response> Send(const Request& request, std::stop_token stop) override {
    if (absl::Status status = CheckRequest(request); !status.ok()) {
      return WithDelivery(std::move(status), Delivery::kUnsent);
    }
    InitializeOnce();
    const Proxy& proxy = ProxyFor(request);
    std::vector<Secret> secrets = SecretsOf(request);
    AddSecretsOf(proxy, secrets);
    Trace("Sending an HTTP request", request, secrets);
    absl::StatusOr<Response> response = Exchange(request, proxy, secrets, stop);
    if (response.ok()) {
      response->secrets = std::move(secrets);
      Trace(request, *response);
    } else if (log::IsOn(log::Level::kTrace)) {
      log::Trace("No HTTP answer", {{"reason", response.status().message()}});
    }
    return response;
  }

 private:
  const Proxy& ProxyFor(const Request& request) const {
    static const Proxy none;
    if (request.bypass_proxy || options_.no_proxy.Covers(request.url)) return none;
    return absl::StartsWithIgnoreCase(request.url, "https:") ? options_.https_proxy
                                                             : options_.http_proxy;
  }

  absl::StatusOr<Response> Exchange(const Request& request, const Proxy& proxy,
                                    const std::vector<Secret>& secrets,
                                    const std::stop_token& stop) {
    Lane lane = TakeLane();
    CURL* const easy = lane.easy.get();
    CURLM* const multi = lane.multi.get();
    const HeaderList headers = HeaderLines(request);
    Progress progress{.largest_response = options_.largest_response,
                      .no_silent_repeat = request.no_silent_repeat};
    std::array<char, CURL_ERROR_SIZE> message{};
    Prepare(easy, request, headers.get(), progress, message.data());
    PrepareTrust(easy);
    PrepareProxy(easy, proxy);

    curl_multi_add_handle(multi, easy);
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    {
      const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
      int running = 1;
      while (!stop.stop_requested()) {
        curl_multi_perform(multi, &running);
        if (running == 0) break;
        curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
      }
      int left = 0;
      if (const CURLMsg* done = curl_multi_info_read(multi, &left)) code = done->data.result;
    }
    long http_code = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &http_code);
    curl_multi_remove_handle(multi, easy);
    curl_easy_reset(easy);  // nothing of this exchange stays behind but the connection
    ReturnLane(std::move(lane));

    // To libcurl an answer that breaks off within its headers is a whole one.
    if (code == CURLE_OK && !progress.headers_complete) code = CURLE_PARTIAL_FILE;
    if (code == CURLE_OK) {
      progress.response.code = static_cast<int>(http_code);
      return std::move(progress.response);
    }
    // libcurl's words have those of the server in them: its certificate's names, its status line.
    const std::string words = ToPrintable(
        Masked(message[0] == '\0' ? curl_easy_strerror(code) : message.data(), secrets));
    return WithDelivery(Failure(code, words, Origin(request.url), progress, stop),
                        progress.may_be_sent ? Delivery::kUnknown : Delivery::kUnsent);
  }

  absl::Status Failure(CURLcode code, absl::string_view words, const std::string& origin,
                       const Progress& progress, const std::stop_token& stop) const {
    if (stop.stop_requested()) {
      return absl::CancelledError(absl::StrCat(origin, ": the request was cancelled"));
    }
    if (progress.too_large) {
      return absl::UnavailableError(absl::StrCat(origin, ": the answer is larger than ",
                                                 progress.largest_response, " bytes"));
    }
    const std::string text = absl::StrCat(origin, ": ", words);
    switch (code) {
      case CURLE_OPERATION_TIMEDOUT:
        return absl::DeadlineExceededError(text);
      case CURLE_ABORTED_BY_CALLBACK:
        return absl::UnavailableError(
            absl::StrCat(origin, ": the server closed the connection without an answer"));
      case CURLE_PEER_FAILED_VERIFICATION:
        return absl::UnavailableError(
            absl::StrCat(text, " (CA bundle: ", NameOf(options_.ca_bundle), ")"));
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_URL_MALFORMAT:
        // After sending, this is how libcurl calls an answer that is not HTTP.
        if (!progress.may_be_sent) return absl::InvalidArgumentError(text);
        return absl::UnavailableError(text);
      default:
        return absl::UnavailableError(text);
    }
  }

  void Prepare(CURL* easy, const Request& request, curl_slist* headers, Progress& progress,
               char* message) const {
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // the path is signed as it stands
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (request.method == "HEAD") {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());

    if (request.at_most_once) {
      // libcurl repeats a request by itself where a reused connection turns out to be dead, and
      // where an HTTP/2 server refuses the stream.
      curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
      curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    } else {
      curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
    }

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // Else a cancelled exchange waits for the thread that resolves the name.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(request.connect_timeout));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, Milliseconds(request.timeout));

    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, message);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &BeforeSending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &progress);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &progress);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &progress);
  }

  void PrepareTrust(CURL* easy) const {
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (!options_.ca_bundle.path.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_bundle.path.c_str());
      curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, options_.ca_bundle.path.c_str());
    }
    // Debian's libcurl would trust the certificates in this folder, too.
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, nullptr);
    if (options_.insecure) {
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
      curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 0L);
    }
  }

  static void PrepareProxy(CURL* easy, const Proxy& proxy) {
    // Set even if empty: left alone, libcurl reads http_proxy and its kin from the environment.
    curl_easy_setopt(easy, CURLOPT_PROXY, proxy.url.c_str());
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    if (!proxy.user.empty() || !proxy.password.empty()) {
      curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, proxy.user.Reveal().c_str());
      curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, proxy.password.Reveal().c_str());
    }
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  }

  // Last in, first out: the lane whose connection is warmest, and no more lanes than callers at
  // once.
  Lane TakeLane() {
    const MutexLock lock(mutex_);
    if (idle_.empty()) return Lane();
    Lane lane = std::move(idle_.back());
    idle_.pop_back();
    return lane;
  }

  void ReturnLane(Lane lane) {
    const MutexLock lock(mutex_);
    if (idle_.size() < kIdleLanes) idle_.push_back(std::move(lane));
  }

  static void Trace(absl::string_view message, const Request& request,
                    const std::vector<Secret>& secrets) {
    if (!log::IsOn(log::Level::kTrace)) return;
    log::Trace(
        message,
        {{"method", request.method},
         {"url", LoggableUrl(request.url)},
         {"headers", LoggableHeaders(request.headers, secrets)},
         {"body", LoggableBody(request.body, kLoggedRequestBody, request.confidential, secrets)}});
  }

  static void Trace(const Request& request, const Response& response) {
    if (!log::IsOn(log::Level::kTrace)) return;
    log::Trace("Got an HTTP answer",
               {{"http_status", response.code},
                {"headers", LoggableHeaders(response.headers, response.secrets)},
                {"body", LoggableBody(response.body, kLoggedResponseBody, request.confidential,
                                      response.secrets)}});
  }

  const CurlOptions options_;
  Mutex mutex_;
  std::vector<Lane> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

CaBundle FindCaBundle(const Environment& environment) {
  if (const std::optional<std::string> path = environment.Variable("SSL_CERT_FILE")) {
    return {.path = *path, .name = absl::StrCat("SSL_CERT_FILE is ", Shown(*path))};
  }
  for (const char* path : {
           "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Arch, Gentoo, NixOS
           "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL 6
           "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL 7 and later, Amazon Linux
           "/etc/ssl/ca-bundle.pem",                             // SUSE
           "/etc/ssl/cert.pem",                                  // Alpine, OpenBSD
           "/etc/pki/tls/cacert.pem",                            // OpenELEC
           "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD
           "/etc/ca-certificates/extracted/tls-ca-bundle.pem",   // Arch
       }) {
    if (environment.ReadFile(path).ok()) return {.path = path};
  }
  return {};
}

absl::StatusOr<std::unique_ptr<Transport>> NewCurlTransport(CurlOptions options) {
  const CaBundle& ca = options.ca_bundle;
  if (!ca.path.empty()) {
    const absl::StatusOr<std::string> bundle = ProcessEnvironment().ReadFile(ca.path);
    if (!bundle.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("the CA bundle cannot be read: ", NameOf(ca),
                                                     ": ", bundle.status().message()));
    }
    if (!absl::StrContains(*bundle, "-----BEGIN ")) {
      return absl::InvalidArgumentError(
          absl::StrCat("the CA bundle holds no PEM certificate: ", NameOf(ca)));
    }
  }
  return std::make_unique<CurlTransport>(std::move(options));
}

}  // namespace er::http
