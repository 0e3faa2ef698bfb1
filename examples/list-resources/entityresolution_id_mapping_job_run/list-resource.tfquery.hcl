# The jobs of a workflow that are running, whoever started them.
list "entityresolution_id_mapping_job_run" "running" {
  provider = entityresolution

  config {
    workflow_name = "customers"
    status        = "RUNNING"
  }
}
