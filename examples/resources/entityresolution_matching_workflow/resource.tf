# Finds customers that are there twice, by rules.
resource "entityresolution_matching_workflow" "customers" {
  workflow_name = "customers"
  role_arn      = "arn:aws:iam::123456789012:role/entity-resolution"

  input_source_config = [{
    input_source_arn    = "arn:aws:glue:eu-west-1:123456789012:table/crm/customers"
    schema_name         = "customers"
    apply_normalization = true
  }]

  resolution_techniques = {
    resolution_type = "RULE_MATCHING"
    rule_based_properties = {
      attribute_matching_model = "ONE_TO_ONE"
      rules = [
        { rule_name = "by email", matching_keys = ["email"] },
        { rule_name = "by name and address", matching_keys = ["name", "address"] },
      ]
    }
  }

  output_source_config = [{
    output_s3_path = "s3://example-output/customers/"
    output = [
      { name = "id" },
      { name = "email", hashed = true },
    ]
  }]

  tags = {
    source = "crm"
  }
}

# The same by machine learning.
resource "entityresolution_matching_workflow" "learned" {
  workflow_name = "customers-learned"
  role_arn      = "arn:aws:iam::123456789012:role/entity-resolution"

  input_source_config = [{
    input_source_arn = "arn:aws:glue:eu-west-1:123456789012:table/crm/customers"
    schema_name      = "customers"
  }]

  resolution_techniques = {
    resolution_type = "ML_MATCHING"
  }

  output_source_config = [{
    output_s3_path = "s3://example-output/learned/"
    output         = [{ name = "id" }]
  }]
}
