import {
  to = entityresolution_id_mapping_workflow.customers
  identity = {
    workflow_name = "customers"
  }
}
