resource "entityresolution_schema_mapping" "customers" {
  schema_name = "customers"
  description = "The columns of the customers table"

  mapped_input_fields = [
    { field_name = "id", type = "UNIQUE_ID" },
    { field_name = "first_name", type = "NAME_FIRST", group_name = "name", match_key = "name" },
    { field_name = "last_name", type = "NAME_LAST", group_name = "name", match_key = "name" },
    { field_name = "email", type = "EMAIL_ADDRESS", match_key = "email", hashed = true },
    { field_name = "segment", type = "STRING" },
  ]

  tags = {
    source = "crm"
  }
}
