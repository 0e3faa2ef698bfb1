# Run it now: terraform apply -invoke=action.entityresolution_start_id_mapping_job.nightly
action "entityresolution_start_id_mapping_job" "nightly" {
  config {
    workflow_name = "customers"
    job_type      = "INCREMENTAL"
    timeout       = "2h"
  }
}

# Or whenever something else has changed.
resource "terraform_data" "input" {
  input = filesha256("${path.module}/customers.csv")

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.entityresolution_start_id_mapping_job.nightly]
    }
  }
}
