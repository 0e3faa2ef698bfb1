# An ID mapping from end to end: what the tables mean, a namespace at each end, the workflow that maps one to the
# other, and a run of it whose figures must be right. scripts/demo applies this with the emulator.
terraform {
  required_providers {
    entityresolution = {
      source = "registry.terraform.io/idmapping/entityresolution"
    }
  }
}

# Region, credentials and, for the emulator, the endpoint come from the environment (AWS_...).
provider "entityresolution" {
  default_tags {
    tags = {
      pipeline = "customers"
    }
  }
}

variable "input_version" {
  description = "Change it to run the job again."
  type        = string
  default     = "1"
}

variable "role_arn" {
  description = "Role with which Entity Resolution reads the tables and writes the output."
  type        = string
  default     = "arn:aws:iam::123456789012:role/entity-resolution"
}

# The two ends, each with the Glue table that its records are in.
locals {
  ends = {
    shop = {
      type      = "SOURCE"
      table_arn = "arn:aws:glue:eu-west-1:123456789012:table/shop/customers"
    }
    newsletter = {
      type      = "TARGET"
      table_arn = "arn:aws:glue:eu-west-1:123456789012:table/newsletter/subscribers"
    }
  }
}

resource "entityresolution_schema_mapping" "end" {
  for_each    = local.ends
  schema_name = each.key

  mapped_input_fields = [
    { field_name = "id", type = "UNIQUE_ID" },
    { field_name = "first_name", type = "NAME_FIRST", group_name = "name", match_key = "name" },
    { field_name = "last_name", type = "NAME_LAST", group_name = "name", match_key = "name" },
    { field_name = "email", type = "EMAIL_ADDRESS", match_key = "email" },
  ]
}

resource "entityresolution_id_namespace" "end" {
  for_each          = local.ends
  id_namespace_name = each.key
  type              = each.value.type
  role_arn          = var.role_arn

  input_source_config = [{
    input_source_arn = each.value.table_arn
    schema_name      = entityresolution_schema_mapping.end[each.key].schema_name
  }]

  id_mapping_workflow_properties = [{
    id_mapping_type = "RULE_BASED"
    rule_based_properties = {
      rule_definition_types    = ["SOURCE", "TARGET"]
      attribute_matching_model = "ONE_TO_ONE"
      record_matching_models   = ["ONE_SOURCE_TO_ONE_TARGET"]
    }
  }]

  tags = {
    end = each.value.type
  }
}

resource "entityresolution_id_mapping_workflow" "customers" {
  workflow_name = "shop-to-newsletter"
  description   = "Customers of the shop who read the newsletter"
  role_arn      = var.role_arn

  input_source_config = [
    for namespace in entityresolution_id_namespace.end : {
      input_source_arn = namespace.id_namespace_arn
      type             = namespace.type
    }
  ]

  id_mapping_techniques = {
    id_mapping_type = "RULE_BASED"
    rule_based_properties = {
      rule_definition_type     = "SOURCE"
      attribute_matching_model = "ONE_TO_ONE"
      record_matching_model    = "ONE_SOURCE_TO_ONE_TARGET"
      rules = [
        { rule_name = "by email", matching_keys = ["email"] },
        { rule_name = "by name", matching_keys = ["name"] },
      ]
    }
  }

  output_source_config = [{
    output_s3_path = "s3://example-output/shop-to-newsletter/"
  }]
}

resource "entityresolution_id_mapping_job_run" "customers" {
  workflow_name = entityresolution_id_mapping_workflow.customers.workflow_name

  triggers = {
    input = var.input_version
    rules = jsonencode(entityresolution_id_mapping_workflow.customers.id_mapping_techniques)
  }

  timeouts {
    create = "30m"
  }

  lifecycle {
    postcondition {
      condition     = self.metrics.records_not_processed <= 0.05 * self.metrics.input_records
      error_message = "${self.metrics.records_not_processed} of ${self.metrics.input_records} records were not processed."
    }
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

output "tags" {
  value = entityresolution_id_mapping_workflow.customers.tags_all
}
