data "entityresolution_id_mapping_jobs" "failed" {
  workflow_name = "customers"
  status        = "FAILED"
}

output "failed_jobs" {
  value = data.entityresolution_id_mapping_jobs.failed.jobs[*].job_id
}
