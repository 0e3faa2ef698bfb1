import {
  to = entityresolution_id_mapping_workflow.customers
  id = "customers"
}
