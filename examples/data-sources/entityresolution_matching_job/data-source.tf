data "entityresolution_matching_jobs" "all" {
  workflow_name = "customers"
}

# The last job, whoever started it.
data "entityresolution_matching_job" "last" {
  workflow_name = "customers"
  job_id        = data.entityresolution_matching_jobs.all.jobs[0].job_id
}

output "match_ids" {
  value = data.entityresolution_matching_job.last.metrics.match_ids
}
