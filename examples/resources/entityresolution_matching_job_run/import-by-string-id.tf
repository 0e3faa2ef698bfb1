import {
  to = entityresolution_matching_job_run.customers
  id = "customers/0123456789abcdef0123456789abcdef"
}
