# Runs the workflow once, and again whenever the input changes.
resource "entityresolution_id_mapping_job_run" "customers" {
  workflow_name = "customers"
  job_type      = "INCREMENTAL"

  triggers = {
    input = filemd5("customers.csv")
  }

  timeouts {
    create = "2h"
  }
}

# Writes elsewhere than the workflow says, and goes on while the job runs.
resource "entityresolution_id_mapping_job_run" "trial" {
  workflow_name       = "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/customers"
  wait_for_completion = false

  output_source_config {
    role_arn       = "arn:aws:iam::123456789012:role/id-mapping-writer"
    output_s3_path = "s3://example-trial-output/customers/"
  }
}

output "mapped_records" {
  value = entityresolution_id_mapping_job_run.customers.metrics.total_mapped_records
}
