data "entityresolution_schema_mapping" "customers" {
  schema_name = "customers"
}

output "match_keys" {
  value = compact(data.entityresolution_schema_mapping.customers.mapped_input_fields[*].match_key)
}
