#include "emulator/provider_services.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace er::emulator {
namespace {

struct ProviderService {
  std::string provider;
  std::string name;
  std::string display_name;
  std::string type;
};

const std::vector<ProviderService>& Services() {
  static const auto& services = *new std::vector<ProviderService>{
      {"Emulated", "Assignment", "Emulated ID assignment", "ASSIGNMENT"},
      {"Emulated", "Mapping", "Emulated ID mapping", "ID_MAPPING"},
      {"Other", "Mapping", "Other ID mapping", "ID_MAPPING"}};
  return services;
}

std::string ArnOf(const ProviderService& service, const Scope& scope) {
  return absl::StrCat("arn:", PartitionOf(scope.region), ":entityresolution:", scope.region,
                      "::providerservice/", service.provider, "/", service.name);
}

Json SummaryJson(const ProviderService& service, const Scope& scope) {
  return {{"providerServiceArn", ArnOf(service, scope)},
          {"providerName", service.provider},
          {"providerServiceDisplayName", service.display_name},
          {"providerServiceName", service.name},
          {"providerServiceType", service.type}};
}

Json WholeJson(const ProviderService& service, const Scope& scope) {
  Json json = SummaryJson(service, scope);
  json["providerConfigurationDefinition"] = {{"clientId", "string"}, {"clientSecret", "string"}};
  json["providerIdNameSpaceConfiguration"] = {
      {"description", "An ID namespace of the emulated provider"},
      {"providerTargetConfigurationDefinition", {{"region", "string"}}}};
  json["providerEndpointConfiguration"] = {{"marketplaceConfiguration",
                                            {{"dataSetId", "data-set"},
                                             {"revisionId", "revision"},
                                             {"assetId", "asset"},
                                             {"listingId", "listing"}}}};
  json["anonymizedOutput"] = false;
  json["providerEntityOutputDefinition"] = {{"type", "object"}};
  json["providerIntermediateDataAccessConfiguration"] = {
      {"awsAccountIds", {"123456789012"}}, {"requiredBucketActions", {"s3:GetObject"}}};
  json["providerComponentSchema"] = {
      {"schemas", {{"NAME", "PHONE"}, {"EMAIL_ADDRESS"}}},
      {"providerSchemaAttributes",
       {{{"fieldName", "id"}, {"type", "PROVIDER_ID"}, {"subType", "ID"}, {"hashing", false}}}}};
  return json;
}

}  // namespace

bool IsProviderServiceOperation(const Operation& operation) {
  return operation.name == "GetProviderService" || operation.name == "ListProviderServices";
}

Result PerformOnProviderServices(const Operation& operation, const Json& input,
                                 const Scope& scope) {
  if (operation.name == "GetProviderService") {
    for (const ProviderService& service : Services()) {
      if (service.provider == input.value("providerName", "") &&
          ArnOf(service, scope) == input.value("providerServiceName", "")) {
        return WholeJson(service, scope);
      }
    }
    return NotFound(
        absl::StrCat("There is no provider service ", input.value("providerServiceName", "")));
  }
  Json answer = {{"providerServiceSummaries", Json::array()}};
  for (const ProviderService& service : Services()) {
    if (input.value("providerName", service.provider) != service.provider) continue;
    answer["providerServiceSummaries"].push_back(SummaryJson(service, scope));
  }
  return answer;
}

}  // namespace er::emulator
