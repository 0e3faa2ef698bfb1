data "entityresolution_provider_services" "all" {}

data "entityresolution_provider_service" "first" {
  provider_name         = data.entityresolution_provider_services.all.provider_service_summaries[0].provider_name
  provider_service_name = data.entityresolution_provider_services.all.provider_service_summaries[0].provider_service_name
}

# What provider_configuration of a workflow must be.
output "configuration" {
  value = jsondecode(data.entityresolution_provider_service.first.provider_configuration_definition)
}
