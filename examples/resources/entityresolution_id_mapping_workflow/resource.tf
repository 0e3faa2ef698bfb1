# Maps the customers of the shop to those of the newsletter, by a rule.
resource "entityresolution_id_mapping_workflow" "customers" {
  workflow_name = "customers"
  description   = "From the shop to the newsletter"
  role_arn      = "arn:aws:iam::123456789012:role/entity-resolution"

  input_source_config = [
    {
      input_source_arn = "arn:aws:glue:eu-west-1:123456789012:table/shop/customers"
      schema_name      = "shop"
      type             = "SOURCE"
    },
    {
      input_source_arn = "arn:aws:entityresolution:eu-west-1:123456789012:idnamespace/newsletter"
      type             = "TARGET"
    },
  ]

  id_mapping_techniques = {
    id_mapping_type = "RULE_BASED"
    rule_based_properties = {
      rule_definition_type     = "SOURCE"
      attribute_matching_model = "ONE_TO_ONE"
      record_matching_model    = "ONE_SOURCE_TO_ONE_TARGET"
      rules = [
        { rule_name = "by email", matching_keys = ["email"] },
        { rule_name = "by name and phone", matching_keys = ["name", "phone"] },
      ]
    }
  }

  output_source_config = [{
    output_s3_path = "s3://example-output/customers/"
  }]

  id_mapping_incremental_run_config = {
    incremental_run_type = "ON_DEMAND"
  }
}
