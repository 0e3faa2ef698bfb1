data "entityresolution_id_mapping_job" "nightly" {
  workflow_name = "customers"
  job_id        = "0123456789abcdef0123456789abcdef"
}

output "nightly_records" {
  value = data.entityresolution_id_mapping_job.nightly.metrics.input_records
}
