data "entityresolution_matching_jobs" "failed" {
  workflow_name = "customers"
  status        = "FAILED"
}

output "failed_matching_jobs" {
  value = data.entityresolution_matching_jobs.failed.jobs[*].job_id
}
