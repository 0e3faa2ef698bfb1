import {
  to = entityresolution_schema_mapping.customers
  id = "customers"
}
