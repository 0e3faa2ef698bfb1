import {
  to = entityresolution_matching_job_run.customers
  identity = {
    workflow_name = "customers"
    job_id        = "0123456789abcdef0123456789abcdef"
  }
}
