# The customers of the shop, to be mapped to somebody's by rules.
resource "entityresolution_id_namespace" "shop" {
  id_namespace_name = "shop"
  type              = "SOURCE"
  role_arn          = "arn:aws:iam::123456789012:role/entity-resolution"

  input_source_config = [{
    input_source_arn = "arn:aws:glue:eu-west-1:123456789012:table/shop/customers"
    schema_name      = "shop"
  }]

  id_mapping_workflow_properties = [{
    id_mapping_type = "RULE_BASED"
    rule_based_properties = {
      rule_definition_types    = ["SOURCE", "TARGET"]
      attribute_matching_model = "ONE_TO_ONE"
      record_matching_models   = ["ONE_SOURCE_TO_ONE_TARGET"]
    }
  }]
}

# The end that a provider service maps to has no input of its own.
resource "entityresolution_id_namespace" "provider" {
  id_namespace_name = "provider"
  type              = "TARGET"

  id_mapping_workflow_properties = [{
    id_mapping_type = "PROVIDER"
    provider_properties = {
      provider_service_arn = "arn:aws:entityresolution:eu-west-1::providerservice/liveramp/transcoding"
    }
  }]
}
