data "entityresolution_id_mapping_jobs" "all" {
  workflow_name = "customers"
}

# The last job, whoever started it.
data "entityresolution_id_mapping_job" "last" {
  workflow_name = "customers"
  job_id        = data.entityresolution_id_mapping_jobs.all.jobs[0].job_id
}

output "input_records" {
  value = data.entityresolution_id_mapping_job.last.metrics.input_records
}
