import {
  to = entityresolution_schema_mapping.customers
  identity = {
    schema_name = "customers"
  }
}
