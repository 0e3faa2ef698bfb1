data "entityresolution_id_mapping_workflow" "customers" {
  workflow_name = "customers"
}

output "writes_to" {
  value = data.entityresolution_id_mapping_workflow.customers.output_source_config[*].output_s3_path
}
