data "entityresolution_provider_services" "all" {}

output "provider_services" {
  value = {
    for service in data.entityresolution_provider_services.all.provider_service_summaries :
    service.provider_service_display_name => service.provider_service_arn
  }
}
