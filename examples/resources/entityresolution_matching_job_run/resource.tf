# Runs the workflow once, and again whenever the input changes.
resource "entityresolution_matching_job_run" "customers" {
  workflow_name = "customers"

  triggers = {
    input = filemd5("customers.csv")
  }

  timeouts {
    create = "2h"
  }
}

output "match_ids" {
  value = entityresolution_matching_job_run.customers.metrics.match_ids
}
