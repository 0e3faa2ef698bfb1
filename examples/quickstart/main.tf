# Runs an ID mapping job and shows what it did. scripts/demo applies this with the emulator.
terraform {
  required_providers {
    entityresolution = {
      source = "registry.terraform.io/idmapping/entityresolution"
    }
  }
}

# Region, credentials and, for the emulator, the endpoint come from the environment (AWS_...).
provider "entityresolution" {}

variable "input_version" {
  description = "Change it to run the job again."
  type        = string
  default     = "1"
}

resource "entityresolution_id_mapping_job_run" "customers" {
  workflow_name = "customers"

  triggers = {
    input = var.input_version
  }

  timeouts {
    create = "30m"
  }
}

output "job_id" {
  value = entityresolution_id_mapping_job_run.customers.job_id
}

output "status" {
  value = entityresolution_id_mapping_job_run.customers.status
}

output "records_mapped" {
  value = entityresolution_id_mapping_job_run.customers.metrics.total_mapped_records
}

output "written_to" {
  value = entityresolution_id_mapping_job_run.customers.outputs[*].output_s3_path
}
