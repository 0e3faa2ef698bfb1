data "entityresolution_id_mapping_workflows" "all" {}

output "id_mapping_workflows" {
  value = data.entityresolution_id_mapping_workflows.all.ids
}
