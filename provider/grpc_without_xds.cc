// Leaves gRPC's xDS out of the static program: 2 MB of code for meshes of servers, which a plugin
// on a unix socket has no use for. gRPC calls this one function to register all of it; with it
// defined here, the linker takes none of those objects from libgrpc.a. Were they wanted after all,
// the link would fail with a second definition. Of the dynamic program this is no part.
namespace grpc_core {

// As in gRPC's src/core/lib/config/core_configuration.h, which is not installed.
class CoreConfiguration {
 public:
  class Builder;
};

void RegisterExtraFilters(CoreConfiguration::Builder* builder);
void RegisterExtraFilters(CoreConfiguration::Builder*) {}

}  // namespace grpc_core
