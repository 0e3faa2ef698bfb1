data "entityresolution_schema_mappings" "all" {}

output "unused" {
  value = [
    for mapping in data.entityresolution_schema_mappings.all.schema_list : mapping.schema_name
    if !mapping.has_workflows
  ]
}
